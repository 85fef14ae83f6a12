"""Migrate a database of an early version, with posts in it, to the newest schema.

    python benchmarks/migration.py URL [--posts 100000]

`URL` is of an empty database on any server with pgvector. It gets the tables of before several photos in one post
(0026), twice as many photos as posts, all of them hashed, and seven events a post.
"""

from __future__ import annotations

import argparse
import time

import psycopg
from alembic import command
from alembic.script import ScriptDirectory

from fluffy_tui.core.migration_runner import alembic_config

BEFORE = "0026"
GOAL = 60

FILL = """
    INSERT INTO personas (name, buffer_channel_id) SELECT 'p' || n, 'c' || n FROM generate_series(1, 3) AS n;
    INSERT INTO channels (id, organization_id, service, description)
        SELECT 'c' || n, 'o', 'instagram', '{{}}' FROM generate_series(1, 3) AS n;
    INSERT INTO photos
        (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at, verdict)
        SELECT 1 + n % 3, '/photos/' || n / 1000 || '/IMG_' || n || '.jpg', sha256(n::text::bytea), 4000000 + n,
            4032, 3024, 'JPEG', taken, taken, CASE n % 10 WHEN 0 THEN 'pick' WHEN 1 THEN 'reject' END
        FROM generate_series(1, 2 * {posts}) AS n,
            LATERAL (SELECT '2020-01-01'::timestamptz + n * interval '10 min') AS times (taken);
    INSERT INTO photo_places SELECT id, 'm', persona_id, path, modified_at, missing_since FROM photos
        ON CONFLICT DO NOTHING;
    INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash)
        SELECT id, ('x' || encode(sha256(('pdq' || id)::bytea), 'hex'))::bit(256), 80, ('x' || md5('d' || id))::bit(128)
        FROM photos;
    INSERT INTO posts
        (photo_id, persona_id, caption, alt_text, status, step, buffer_post_id, scheduled_at, posted_at, channel_id,
            organization_id, delivery_key, share_mode, media_url, rendition, external_link, error_message, error_code)
        SELECT id, persona_id, 'caption ' || id || ' with some words, as captions have #one #two', 'picture ' || id,
            status, step, CASE WHEN id % 20 > 1 THEN 'b' || id END, taken_at, CASE WHEN id % 20 > 2 THEN taken_at END,
            'c' || persona_id, 'o', md5(id::text) || '-' || md5('key' || id), 'addToQueue',
            'https://m.example/' || md5(id::text) || '.jpg',
            jsonb_build_object('width', 1440, 'height', 1080, 'bytes', 500000, 'sha256', md5(id::text), 'fit', 'none'),
            'https://instagram.com/p/' || id, CASE id % 20 WHEN 0 THEN 'it failed' END,
            CASE id % 20 WHEN 0 THEN 'rejected' END
        FROM photos, LATERAL (SELECT
            CASE id % 20 WHEN 0 THEN 'failed' WHEN 1 THEN 'draft' WHEN 2 THEN 'scheduled' ELSE 'posted' END,
            CASE id % 20 WHEN 0 THEN 'failed' WHEN 1 THEN NULL WHEN 2 THEN 'accepted' ELSE 'live' END
        ) AS states (status, step)
        WHERE id <= {posts};
    INSERT INTO post_events (post_id, what, step, status, attempt, worker)
        SELECT id, 'moved', moved, 'draft', 1, 'w' FROM posts,
            unnest(ARRAY['queued', 'rendering', 'hosting', 'sending', 'accepted', 'live']) AS steps (moved);
    INSERT INTO hosted_pictures (delivery_key) SELECT delivery_key FROM posts WHERE status <> 'draft';
    ANALYZE;
"""


def measure(url: str, posts: int) -> None:
    """Fill the database, migrate it revision by revision, and print the table."""
    config = alembic_config(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        command.upgrade(config, BEFORE)
        connection.execute(FILL.format(posts=posts))
    revisions = [
        each.revision for each in ScriptDirectory.from_config(config).iterate_revisions("head", BEFORE)
    ]
    took = {}
    for revision in reversed(revisions):
        began = time.perf_counter()
        command.upgrade(config, revision)
        took[revision] = time.perf_counter() - began
    print(f"| {posts:,} posts of {BEFORE} | seconds | goal |\n|---|---|---|")
    for revision, seconds in sorted(took.items(), key=lambda each: -each[1])[:5]:
        print(f"| {revision} | {seconds:.1f} | |")
    print(f"| all {len(took)} | {sum(took.values()):.1f} | < {GOAL} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--posts", type=int, default=100_000)
    arguments = parser.parse_args()
    measure(arguments.url, arguments.posts)
