"""Settings: where they come from, which values are refused, and that secrets are never shown."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fluffy_tui.settings import (
    SETTINGS,
    InvalidSetting,
    MediaHostKind,
    Preview,
    Secret,
    load_settings,
    setting_values,
    settings_table,
)


def write(path: Path, content: str, mode: int = 0o600) -> dict[str, str]:
    path.write_text(content)
    path.chmod(mode)
    return {"FLUFFY_CONFIG": str(path)}


def test_by_default_the_database_is_embedded_and_there_is_no_key() -> None:
    settings = load_settings({})
    assert settings.database_url is None
    assert settings.buffer_api_key is None
    assert settings.media_host is None
    assert settings.preview is Preview.AUTO
    assert set(settings.origins.values()) == {"default"}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    environment = write(tmp_path / "config.toml", 'preview = "sixel"\nbuffer_api_key = "from-file"\n')
    settings = load_settings({**environment, "FLUFFY_PREVIEW": "kitty"})
    assert settings.preview is Preview.KITTY
    assert settings.buffer_api_key == Secret("from-file")
    assert settings.origins["FLUFFY_PREVIEW"] == "environment"
    assert settings.origins["BUFFER_API_KEY"] == "config.toml"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"FLUFFY_PREVIEW": "hologram"}, "FLUFFY_PREVIEW must be one of"),
        ({"FLUFFY_BUFFER_URL": "ftp://x"}, "FLUFFY_BUFFER_URL must be an https address"),
        ({"FLUFFY_BUFFER_URL": "http://example.org"}, "https address"),
        ({"FLUFFY_MEDIA_HOST": "s3"}, "needs FLUFFY_MEDIA_BASE_URL"),
        (
            {"FLUFFY_MEDIA_HOST": "directory", "FLUFFY_MEDIA_BASE_URL": "https://a.example"},
            "needs FLUFFY_MEDIA_DIRECTORY",
        ),
        (
            {
                "FLUFFY_MEDIA_HOST": "s3",
                "FLUFFY_MEDIA_BASE_URL": "https://a.example",
                "FLUFFY_S3_BUCKET": "b",
            },
            "needs AWS_ACCESS_KEY_ID",
        ),
    ],
)
def test_an_error_names_the_invalid_setting(environment: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        load_settings(environment)


def test_action_ids_may_be_written_with_or_without_quotes(tmp_path: Path) -> None:
    file = '[keys]\n"library.pick" = "p,plus"\nlibrary.reject = "X"\n'
    settings = load_settings(write(tmp_path / "config.toml", file))
    assert settings.keys == {"library.pick": "p,plus", "library.reject": "X"}


def test_http_is_allowed_on_this_machine() -> None:
    assert load_settings({"FLUFFY_BUFFER_URL": "http://127.0.0.1:9"}).buffer_url == "http://127.0.0.1:9"


def test_a_secret_in_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    environment = write(tmp_path / "config.toml", 'buffer_api_key = "hush"\n', 0o644)
    with pytest.raises(InvalidSetting, match="chmod 600") as caught:
        load_settings(environment)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("content", ["preview = ", "unknown = 1\n"])
def test_an_error_names_the_malformed_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidSetting, match=r"config\.toml"):
        load_settings(write(tmp_path / "config.toml", content))


def test_no_secret_shows_in_any_representation(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": "postgresql://me:hush-database@db.example/x",
        "BUFFER_API_KEY": "hush-buffer",
        "FLUFFY_MEDIA_HOST": "s3",
        "FLUFFY_MEDIA_BASE_URL": "https://a.example",
        "FLUFFY_S3_BUCKET": "b",
        "AWS_ACCESS_KEY_ID": "hush-id",
        "AWS_SECRET_ACCESS_KEY": "hush-secret",
        "FLUFFY_CONFIG": str(tmp_path / "none.toml"),
    }
    settings = load_settings(environment)
    assert settings.media_host is MediaHostKind.S3
    shown = f"{settings!r} {settings} {dataclasses.asdict(settings)}"
    assert "hush" not in shown
    assert settings.buffer_api_key is not None
    assert settings.buffer_api_key.reveal() == "hush-buffer"


def test_every_setting_has_its_own_variable() -> None:
    variables = [setting.variable for setting in SETTINGS]
    assert len(set(variables)) == len(variables)


def test_values_are_shown_with_their_origin(tmp_path: Path) -> None:
    environment = write(tmp_path / "config.toml", 'preview = "sixel"\nbuffer_api_key = "hush"\n')
    embed = {"IMAGE_EMBED_URL": "https://me:hush@embed.example/v1"}
    settings = load_settings({**environment, **embed, "DATABASE_URL": "postgresql://hush"})
    values = {value.setting.variable: (value.shown, value.origin) for value in setting_values(settings)}
    assert list(values) == [setting.variable for setting in SETTINGS]
    assert values["BUFFER_API_KEY"] == ("set", "config.toml")
    assert values["DATABASE_URL"] == ("set", "environment")
    assert values["AWS_ACCESS_KEY_ID"] == ("not set", "default")
    assert values["FLUFFY_PREVIEW"] == ("sixel", "config.toml")
    assert values["FLUFFY_CONFIG"] == (environment["FLUFFY_CONFIG"], "environment")
    assert values["FLUFFY_NOTIFY"] == ("bell", "default")
    assert values["IMAGE_EMBED_URL"] == ("https://…@embed.example/v1", "environment")


def test_the_table_for_the_docs_has_every_setting() -> None:
    table = settings_table()
    assert len(table.splitlines()) == len(SETTINGS) + 2
    assert "| `FLUFFY_NOTIFY` | `notify` | bell |" in table


def test_an_error_carries_the_variable() -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings({"FLUFFY_NOTIFY": "trumpet"})
    assert caught.value.variable == "FLUFFY_NOTIFY"


def test_given_values_override_all_others_and_empty_means_not_set(tmp_path: Path) -> None:
    environment = write(
        tmp_path / "config.toml", 'preview = "sixel"\nimage_embed_url = "http://127.0.0.1:1"\n'
    )
    given = {"FLUFFY_PREVIEW": "off", "IMAGE_EMBED_URL": ""}
    settings = load_settings({**environment, "FLUFFY_PREVIEW": "kitty"}, given=given)
    assert settings.preview is Preview.OFF
    assert settings.image_embed_url is None
