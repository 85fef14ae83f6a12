"""The web page behind a published post's link: what the network would show."""

from __future__ import annotations

from html import escape

from aiohttp import web

from fluffy_tui.demo.stand_in.world import Post, World

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}}
img{{max-width:100%;border-radius:8px}}p{{white-space:pre-wrap}}small{{color:#777}}</style>
<h1>{name}</h1>{pictures}<p>{text}</p>{first_comment}
<small>{service}, {when}. This is a demo: nothing was published.</small>
</html>
"""


def post_page(world: World) -> list[web.RouteDef]:
    """Return the route `/p/{id}`."""

    async def show(http: web.Request) -> web.Response:
        post = world.posts.get(http.match_info["id"])
        if post is None or post.status != "sent":
            raise web.HTTPNotFound
        return web.Response(text=_render(post, world), content_type="text/html")

    return [web.get("/p/{id}", show)]


def _render(post: Post, world: World) -> str:
    channel = world.channels[post.channel_id]
    pictures = "".join(
        f'<img src="{escape(asset.source)}" alt="{escape(asset.alt_text)}">' for asset in post.assets
    )
    comments = [own["firstComment"] for own in post.metadata.values() if own and own.get("firstComment")]
    return _PAGE.format(
        name=escape(channel.display_name or channel.name),
        pictures=pictures,
        text=escape(post.text),
        first_comment="".join(f"<h2>First comment</h2><p>{escape(comment)}</p>" for comment in comments),
        service=escape(channel.service.capitalize()),
        when=f"{post.sent_at:%d %B %Y, %H:%M} UTC" if post.sent_at else "",
    )
