"""Keep the text that was read in pictures, and know screenshots by name, size and text.

Revision ID: 0049
Revises: 0048
"""

from __future__ import annotations

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# What phones, desktops and screenshot programs call them, by language where the system's language decides.
NAMES = (
    r"screen[ _-]?shots?", r"screen[ _-]?capture", r"screen[ _-]?clip", r"scr-\d{8}", r"cleanshot", r"flameshot",
    r"snipaste", r"shottr", "bildschirmfoto", r"capture d.écran", "capture d.ecran", "captura de (pantalla|tela|ecrã)",
    "schermata", "istantanea schermo", "schermafbeelding", "schermafdruk", "skärmavbild", "skärmbild", "skjermbilde",
    "skærmbillede", "näyttökuva", "kuvakaappaus", "zrzut ekranu", "snímek obrazovky", "snímka obrazovky",
    "képernyő(fotó|kép)", "captură de ecran", "ekran (görüntüsü|resmi|alıntısı)", "снимок экрана", "Снимок экрана",
    "знімок екрана", "Знімок екрана", "στιγμιότυπο οθόνης", "Στιγμιότυπο οθόνης", "لقطة الشاشة", "צילום מסך",
    "スクリーンショット", "스크린샷", "스크린 샷", "截屏", "截圖", "截图", "屏幕截图", "屏幕快照", "螢幕截圖",
    "螢幕快照",
)  # fmt: skip
ANYWHERE = (r"_scrot\.", r"_grim\.", r"[ _-]screenshot[ _.-]")
# Shorter by longer side. Not those in which pictures are made as well: 1080 × 1920, 2160 × 3840, 1200 × 1600 and so on.
DISPLAYS = (
    # iPhone and iPad
    (640, 1136), (750, 1334), (828, 1792), (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2208),
    (1242, 2688), (1260, 2736), (1284, 2778), (1290, 2796), (1320, 2868), (1488, 2266), (1620, 2160), (1640, 2360),
    (1668, 2224), (1668, 2388), (1668, 2420), (2048, 2732), (2064, 2752),
    # other phones and tablets
    (720, 1440), (720, 1520), (720, 1560), (720, 1600), (720, 1612), (1008, 2244), (1080, 2160), (1080, 2220),
    (1080, 2240), (1080, 2246), (1080, 2280), (1080, 2310), (1080, 2316), (1080, 2340), (1080, 2376), (1080, 2400),
    (1080, 2408), (1080, 2412), (1080, 2424), (1080, 2460), (1080, 2520), (1080, 2636), (1080, 2640), (1200, 2000),
    (1200, 2670), (1220, 2712), (1240, 2772), (1256, 2760), (1260, 2800), (1264, 2780), (1280, 2856), (1344, 2992),
    (1440, 2880), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3168), (1440, 3200), (1440, 3216),
    (1644, 3840), (1752, 2800), (1768, 2208), (1812, 2176), (1848, 2960),
    # desktops and laptops
    (768, 1366), (864, 1536), (900, 1440), (900, 1600), (1050, 1680), (1080, 2560), (1440, 3440), (1600, 3840),
    (1664, 2560), (1800, 2880), (1824, 2736), (1864, 2880), (1920, 2880), (1920, 3072), (1964, 3024), (2234, 3456),
    (2304, 4096), (2520, 4480), (2880, 5120), (3384, 6016),
)  # fmt: skip
SIZES = ", ".join(f"({shorter}, {longer})" for shorter, longer in DISPLAYS)
MUCH_TEXT = 0.1
SOME_TEXT = 0.005


def _pattern() -> str:
    """Return what a screenshot's name is like; macOS writes é as two characters."""
    starts, parts = (
        "|".join(dict.fromkeys(normalize(form, one) for one in names for form in ("NFC", "NFD")))
        for names in (NAMES, ANYWHERE)
    )
    return f"(^|/)({starts})[^/]*$|({parts})[^/]*$".replace("'", "''")


# No camera writes PNG or WebP, so their size can tell. Of those in a display's size, the ones in which no text was
# found are wallpapers; of the others, those with much text are parts of a display unless a camera's data say otherwise.
IS_SCREENSHOT = f"""
    CREATE FUNCTION fluffy_is_screenshot(
        path text, format text, width bigint, height bigint, dated_by text, text_share double precision
    ) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT path ~* '{_pattern()}' OR format IN ('PNG', 'WEBP') AND (
            (least(width, height), greatest(width, height)) IN ({SIZES})
            AND (text_share < 0 OR text_share >= {SOME_TEXT})
            OR text_share >= {MUCH_TEXT} AND coalesce(dated_by, '') NOT IN ('camera', 'camera zoned')
        )
    $$
"""
LACKS_SCORES = "EXISTS (SELECT FROM photos WHERE photos.id = changed_id AND sharpness < 0 OFFSET 0)"
LACKS_TEXT = "NOT EXISTS (SELECT FROM photo_texts WHERE photo_id = changed_id OFFSET 0)"
# OFFSET: one look-up in an index for each photo, whatever the statistics say of the tables.
QUEUE_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_queue_photos(changed bigint[]) RETURNS void LANGUAGE sql AS $$
        INSERT INTO photos_to_index (photo_id, machine_id, stage, due_at)
        SELECT changed_id, target.machine_id, target.stage, coalesce(failure.next_try_at, now())
        FROM unnest(changed) AS changed_id CROSS JOIN index_targets AS target LEFT JOIN LATERAL (
            SELECT photo_id, next_try_at FROM photo_troubles
            WHERE photo_id = changed_id AND stage = target.stage OFFSET 0
        ) AS failure ON true
        WHERE (failure.photo_id IS NULL OR failure.next_try_at IS NOT NULL)
        AND EXISTS (
            SELECT FROM photo_places AS place WHERE place.photo_id = changed_id
            AND place.machine_id IN (target.machine_id, '') AND place.missing_since IS NULL OFFSET 0
        )
        AND (
            target.stage = 'look' AND NOT EXISTS (SELECT FROM photo_hashes WHERE photo_id = changed_id OFFSET 0)
            OR target.stage = 'look' AND {lacks_scores}
            {lacks_text}OR target.model_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM photo_embeddings WHERE photo_id = changed_id AND model_id = target.model_id OFFSET 0
            )
        )
        ORDER BY changed_id
        ON CONFLICT DO NOTHING
    $$
"""
FORGET_LOOKS = """
    CREATE OR REPLACE FUNCTION fluffy_forget_looks() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.sha256 = NEW.sha256 THEN
            DELETE FROM photo_troubles WHERE photo_id = OLD.id;
            RETURN NEW;
        END IF;
        DELETE FROM photos_to_index WHERE photo_id = OLD.id;
        DELETE FROM photo_troubles WHERE photo_id = OLD.id;
        DELETE FROM photo_hashes WHERE photo_id = OLD.id;
        DELETE FROM photo_embeddings WHERE photo_id = OLD.id;{forget_text}
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        PERFORM fluffy_queue_photos(ARRAY[OLD.id]);
        RETURN NEW;
    END $$
"""
FORGET_TEXT = """
        DELETE FROM photo_texts WHERE photo_id = OLD.id;"""
FORGET_SCORES = """
    CREATE OR REPLACE FUNCTION fluffy_forget_scores() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.sharpness := -1;
        NEW.clipped_light := 0;
        NEW.clipped_dark := 0;{forget_share}
        RETURN NEW;
    END $$
"""
FORGET_SHARE = """
        NEW.text_share := -1;"""
NOTIFY = """
    CREATE FUNCTION fluffy_notify_text() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify(
            'fluffy_photos', json_build_object('persona_id', NEW.persona_id, 'keywords', true)::text
        );
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Add the texts, and find the screenshots among the photos from before."""
    op.create_table(
        "photo_texts",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_texts_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_texts")),
    )
    op.create_index(
        "ix_photo_texts_words",
        "photo_texts",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    _allow_stages("look", "ask", "read")
    op.execute(NOTIFY)
    op.execute(
        "CREATE TRIGGER fluffy_notify_text AFTER INSERT ON photo_texts FOR EACH ROW WHEN (NEW.text <> '')"
        " EXECUTE FUNCTION fluffy_notify_text()"
    )
    op.add_column("photos", sa.Column("text_share", sa.Float(), server_default=sa.text("-1"), nullable=False))
    op.execute(IS_SCREENSHOT)
    is_screenshot = sa.Computed(
        "fluffy_is_screenshot(path, format, width, height, dated_by, text_share)", persisted=True
    )
    op.add_column("photos", sa.Column("is_screenshot", sa.Boolean(), is_screenshot, nullable=False))
    op.create_index(
        "ix_photos_screenshots",
        "photos",
        ["persona_id", "shown_at", "id"],
        postgresql_where=sa.text("is_screenshot"),
    )
    op.execute(FORGET_SCORES.format(forget_share=FORGET_SHARE))
    op.execute(FORGET_LOOKS.format(forget_text=FORGET_TEXT))
    op.execute(
        QUEUE_PHOTOS.format(
            lacks_scores=LACKS_SCORES,
            lacks_text=f"OR target.stage = 'read' AND {LACKS_TEXT}\n            ",
        )
    )


def _allow_stages(*stages: str) -> None:
    known = ", ".join(f"'{stage}'" for stage in stages)
    op.drop_constraint(op.f("ck_photo_troubles_stage_known"), "photo_troubles")
    op.create_check_constraint(op.f("ck_photo_troubles_stage_known"), "photo_troubles", f"stage IN ({known})")


def downgrade() -> None:
    """Forget the texts."""
    op.execute(QUEUE_PHOTOS.format(lacks_scores=LACKS_SCORES, lacks_text=""))
    op.execute(FORGET_LOOKS.format(forget_text=""))
    op.execute(FORGET_SCORES.format(forget_share=""))
    op.execute("DELETE FROM photos_to_index WHERE stage = 'read'")
    op.execute("DELETE FROM index_targets WHERE stage = 'read'")
    op.execute("DELETE FROM photo_troubles WHERE stage = 'read'")
    _allow_stages("look", "ask")
    op.drop_index("ix_photos_screenshots", "photos")
    op.drop_column("photos", "is_screenshot")
    op.execute("DROP FUNCTION fluffy_is_screenshot(text, text, bigint, bigint, text, double precision)")
    op.drop_column("photos", "text_share")
    op.drop_table("photo_texts")
    op.execute("DROP FUNCTION fluffy_notify_text()")
