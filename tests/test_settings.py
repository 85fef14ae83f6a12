"""Settings: where they come from, which values are refused, and that secrets are never shown."""

from __future__ import annotations

import dataclasses
import os
import string
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from documents import settings_table
from fluffy_tui.settings import (
    SETTINGS,
    InvalidSetting,
    MediaHostKind,
    Preview,
    Secret,
    Setting,
    load_settings,
    setting_values,
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


@pytest.mark.parametrize(("written", "allowed"), [("true", True), ('"TRUE"', True), ("false", False)])
def test_an_assistant_may_submit_only_if_that_is_written(
    tmp_path: Path, written: str, *, allowed: bool
) -> None:
    assert load_settings({}).mcp_writes is False
    environment = write(tmp_path / "config.toml", f"mcp_writes = {written}\n")
    assert load_settings(environment).mcp_writes is allowed


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"FLUFFY_MCP_WRITES": "yes please"}, "FLUFFY_MCP_WRITES must be one of true, false"),
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


def test_an_error_about_the_file_names_the_setting_and_its_place_there(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\nundo_seconds = "soon"\n')
    with pytest.raises(InvalidSetting) as caught:
        load_settings({"FLUFFY_CONFIG": str(file)})
    assert str(caught.value) == (
        f"undo_seconds must be a number of seconds from 0 to 3600, not 'soon'. It is in line 2 of {file}."
    )
    assert caught.value.variable == "FLUFFY_UNDO_SECONDS"


def test_the_address_of_the_embedding_service_is_checked() -> None:
    with pytest.raises(InvalidSetting, match="IMAGE_EMBED_URL must be an https or http address"):
        load_settings({"IMAGE_EMBED_URL": "localhost:8000"})
    assert load_settings({"IMAGE_EMBED_URL": "http://gpu:8000"}).image_embed_url == "http://gpu:8000"


def test_action_ids_may_be_written_with_or_without_quotes(tmp_path: Path) -> None:
    file = '[keys]\n"library.pick" = "p,plus"\nlibrary.reject = "X"\n'
    settings = load_settings(write(tmp_path / "config.toml", file))
    assert settings.keys == {"library.pick": "p,plus", "library.reject": "X"}


def test_http_is_allowed_on_this_machine() -> None:
    assert load_settings({"FLUFFY_BUFFER_URL": "http://127.0.0.1:9"}).buffer_url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:11434",
        "http://127.9.9.9",
        "http://192.168.1.5:11434/v1",
        "http://10.0.0.1",
        "http://172.31.255.1",
        "http://100.100.1.1",
        "http://[fd00::1]:8080",
        "http://nas:11434",
        "http://nas.local",
        "http://nas.home.arpa",
        "https://models.example/v1",
    ],
)
def test_a_model_may_be_in_a_private_network_or_behind_https(address: str) -> None:
    assert load_settings({"FLUFFY_MODEL_URL": address}).model_url == address


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://models.example/v1", "https address, since photos"),
        ("http://8.8.8.8", "https address, since photos"),
        ("http://134744072", "https address, since photos"),
        ("http://0x08080808", "https address, since photos"),
        ("http://172.32.0.1", "https address, since photos"),
        ("http://[::ffff:8.8.8.8]", "https address, since photos"),
        ("http://local", ""),
        ("ftp://nas", "https or http"),
        ("nas:11434", "https or http"),
        ("http://me:hush@nas", "FLUFFY_MODEL_KEY"),
    ],
)
def test_photos_are_not_sent_to_a_public_server_in_the_open(address: str, says: str) -> None:
    if not says:
        assert load_settings({"FLUFFY_MODEL_URL": address}).model_url == address
        return
    with pytest.raises(InvalidSetting, match=says) as caught:
        load_settings({"FLUFFY_MODEL_URL": address})
    assert caught.value.variable == "FLUFFY_MODEL_URL"
    assert "hush" not in str(caught.value)


def test_the_name_of_a_model_is_one_line() -> None:
    assert load_settings({"FLUFFY_MODEL_NAME": " llava:13b "}).model_name == "llava:13b"
    with pytest.raises(InvalidSetting, match="FLUFFY_MODEL_NAME"):
        load_settings({"FLUFFY_MODEL_NAME": "a\nb"})


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
        "FLUFFY_MODEL_KEY": "hush-model",
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
    unused = {"FLUFFY_MEDIA_BASE_URL": "https://me:hush@media.example/v1"}
    settings = load_settings({**environment, **unused, "DATABASE_URL": "postgresql://hush"})
    values = {value.setting.variable: (value.shown, value.origin) for value in setting_values(settings)}
    assert list(values) == [setting.variable for setting in SETTINGS]
    assert values["BUFFER_API_KEY"] == ("set", "config.toml")
    assert values["DATABASE_URL"] == ("set", "environment")
    assert values["AWS_ACCESS_KEY_ID"] == ("not set", "default")
    assert values["FLUFFY_PREVIEW"] == ("sixel", "config.toml")
    assert values["FLUFFY_CONFIG"] == (environment["FLUFFY_CONFIG"], "environment")
    assert values["FLUFFY_NOTIFY"] == ("bell", "default")
    assert values["FLUFFY_MEDIA_BASE_URL"] == ("https://…@media.example/v1", "environment")


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


BUCKET = {
    "FLUFFY_MEDIA_HOST": "s3",
    "FLUFFY_MEDIA_BASE_URL": "https://pictures.example",
    "FLUFFY_S3_BUCKET": "pictures",
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "hush",
}


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("FLUFFY_S3_ENDPOINT", "minio.example:9000", "such as https://example.com"),
        ("FLUFFY_S3_ENDPOINT", "https://", "an https or http address"),
        ("FLUFFY_S3_ENDPOINT", "https://[::1", "an https or http address"),
        ("FLUFFY_S3_ENDPOINT", "https://a b.example", "has a space in it"),
        ("FLUFFY_S3_ENDPOINT", "https://minio.example:hush", "a port that is not a number"),
        ("FLUFFY_S3_BUCKET", "my pictures", "may only hold"),
        ("FLUFFY_S3_REGION", "us east", "may only hold"),
        ("AWS_ACCESS_KEY_ID", "hush\nhush", "may only hold"),
        ("AWS_SECRET_ACCESS_KEY", "hush\u00a0hush", "may only hold"),
        ("FLUFFY_BUFFER_URL", "https://api.buffer.com:hush", "a port that is not a number"),
        ("FLUFFY_BUFFER_URL", "https://api.buffer.com:70000", "a port that is not a number"),
        ("FLUFFY_BUFFER_URL", "https://me:hu@sh/x@api.buffer.com/", "may not hold a name or password"),
        ("FLUFFY_BUFFER_URL", "https://me:12/hush@api.buffer.com/", "may not hold a name or password"),
        ("FLUFFY_BUFFER_URL", "https://me:hu/sh@api.buffer.com/", "may not hold a name or password"),
        ("FLUFFY_BUFFER_URL", "https://ü..example", "must be an https address"),
        ("FLUFFY_BUFFER_URL", "https://☃.example", "must be an https address"),
        ("FLUFFY_BUFFER_URL", "https://xn--a.example", "must be an https address"),
        ("FLUFFY_MODEL_URL", "https://models.example/" + "hush" * 20_000, "must be an https or http address"),
        ("FLUFFY_MEDIA_BASE_URL", "https://media.example/a hush", "has a space in it"),
        ("FLUFFY_BUFFER_URL", "https://[hush", "must be an https address"),
        ("FLUFFY_MEDIA_BASE_URL", "https://pictures.example:hush", "a port that is not a number"),
        (
            "FLUFFY_MEDIA_DIRECTORY",
            "~nobody-here/pictures",
            "home folder of ~nobody-here/pictures is not known",
        ),
        ("FLUFFY_DATA_DIR", "~nobody-here/data", "is not known"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_without_quoting_it(
    variable: str, value: str, says: str
) -> None:
    kind = {"FLUFFY_MEDIA_HOST": "directory"} if variable == "FLUFFY_MEDIA_DIRECTORY" else {}
    with pytest.raises(InvalidSetting, match=says) as caught:
        load_settings({**BUCKET, **kind, variable: value})
    assert "hush" not in str(caught.value)


def test_spaces_around_an_address_or_a_key_do_not_matter() -> None:
    settings = load_settings(
        {**BUCKET, "FLUFFY_S3_ENDPOINT": " http://nas:9000\n", "AWS_ACCESS_KEY_ID": "id\n"}
    )
    assert settings.s3 is not None
    assert (settings.s3.endpoint, settings.s3.access_key_id) == ("http://nas:9000", Secret("id"))


def test_a_name_in_other_letters_is_an_address() -> None:
    assert (
        load_settings({"FLUFFY_BUFFER_URL": "https://bücher.example"}).buffer_url == "https://bücher.example"
    )


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_a_variable_of_spaces_is_not_set(setting: Setting) -> None:
    settings = load_settings({setting.variable: " \n"})
    assert settings.origins[setting.variable] == "default"
    assert settings.paths == load_settings({}).paths


@pytest.mark.parametrize(
    "variable",
    ["FLUFFY_UNDO_SECONDS", "FLUFFY_POST_AGAIN_MONTHS", "FLUFFY_XMP_PICK_RATING", "FLUFFY_NOTIFY"],
)
def test_of_a_long_value_the_beginning_is_quoted(variable: str) -> None:
    with pytest.raises(InvalidSetting, match=f"{variable} must be .* not '9{{40}}…'") as caught:
        load_settings({variable: "9" * 5000})  # more digits than Python reads as a number
    assert len(str(caught.value)) < 200


def test_spaces_around_a_number_do_not_matter() -> None:
    settings = load_settings({"FLUFFY_UNDO_SECONDS": " 3\n", "FLUFFY_POST_AGAIN_MONTHS": " 3\n"})
    assert (settings.undo_seconds, settings.post_again_months) == (3, 3)


@pytest.mark.parametrize("password", ["hush", "hu/sh", "hu@sh", "hu?sh", "hu#sh", "hush:hush"])
def test_no_part_of_a_password_in_an_address_that_is_not_used_is_shown(password: str) -> None:
    settings = load_settings({"FLUFFY_MEDIA_BASE_URL": f"https://me:{password}@media.example/v1"})
    assert settings.shown["FLUFFY_MEDIA_BASE_URL"] == "https://…@media.example/v1"


@pytest.mark.parametrize("end", ["?X-Amz-Signature=hush", "?key=hush&x=1", "#hush", "?a\nhush"])
def test_what_may_be_a_key_in_an_address_is_not_shown(end: str) -> None:
    """A presigned address of a bucket, for one."""
    settings = load_settings({"FLUFFY_MEDIA_BASE_URL": f"https://media.example/v1{end}"})
    assert settings.shown["FLUFFY_MEDIA_BASE_URL"] == f"https://media.example/v1{end[0]}…"


@pytest.mark.parametrize("variable", ["BUFFER_API_KEY", "FLUFFY_MODEL_KEY"])
@pytest.mark.parametrize("key", ["hush\nhush", "hush hush", "\u043a\u043b\u044e\u0447hush", "hush\u200b"])
def test_a_key_that_no_request_can_carry_is_refused(variable: str, key: str) -> None:
    """Copied with the line below it, or typed on another keyboard."""
    with pytest.raises(InvalidSetting, match=f"{variable} may only hold ASCII letters") as caught:
        load_settings({variable: key})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("key", ["hush\n", " 'hush' ", '"hush"'])
def test_what_an_env_file_leaves_around_a_key_is_not_part_of_it(key: str) -> None:
    settings = load_settings({"BUFFER_API_KEY": key})
    assert settings.buffer_api_key is not None
    assert settings.buffer_api_key.reveal() == "hush"


ADDRESSES = {
    "FLUFFY_BUFFER_URL": "Set BUFFER_API_KEY",
    "FLUFFY_MEDIA_BASE_URL": "every post publishes the address",
    "FLUFFY_S3_ENDPOINT": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "IMAGE_EMBED_URL": "image_embed asks for none",
    "FLUFFY_MODEL_URL": "Set FLUFFY_MODEL_KEY",
}
"""The settings that are web addresses, and where a password belongs instead."""


def test_every_setting_that_is_an_address_is_a_secret_or_tried_here() -> None:
    named = {
        setting.variable for setting in SETTINGS if "ddress" in setting.purpose or "URL" in setting.variable
    }
    secrets = {setting.variable for setting in SETTINGS if setting.secret}
    assert named - secrets == ADDRESSES.keys() - {"FLUFFY_S3_ENDPOINT"}


@pytest.mark.parametrize(
    "login", ["me:hush", "me", ":hush", "me:hu@sh", "me:hu/sh", "me:12/hush", "me%40x:hush"]
)
@pytest.mark.parametrize("variable", ADDRESSES)
def test_no_address_holds_a_name_or_password(variable: str, login: str) -> None:
    """It would be shown on screens and in errors."""
    with pytest.raises(
        InvalidSetting, match=f"may not hold a name or password.*{ADDRESSES[variable]}"
    ) as caught:
        load_settings({**BUCKET, variable: f"https://{login}@host.example/v1"})
    assert caught.value.variable == variable
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("variable", ADDRESSES)
def test_an_address_may_have_an_at_sign_after_its_host(variable: str) -> None:
    address = "https://host.example/@me/v1"
    assert load_settings({**BUCKET, variable: address}).shown[variable]


@given(
    st.text(string.ascii_uppercase + string.digits + "@/?#:%[] ", min_size=4, max_size=16),
    st.sampled_from(sorted(ADDRESSES)),
)
def test_no_part_of_a_password_is_in_an_error_or_shown(password: str, variable: str) -> None:
    try:
        shown = load_settings({**BUCKET, variable: f"https://me:{password}@host.example/v1"}).shown[variable]
    except InvalidSetting as error:
        shown = str(error)
    assert not [start for start in range(len(password) - 3) if password[start : start + 4] in shown]


def test_a_direct_address_belongs_to_an_address() -> None:
    both = {"DATABASE_URL": "postgresql://pooler/x", "DATABASE_DIRECT_URL": "postgresql://hush@server/x"}
    settings = load_settings(both)
    assert settings.database_direct_url == Secret("postgresql://hush@server/x")
    assert "hush" not in repr(settings)
    del both["DATABASE_URL"]
    with pytest.raises(InvalidSetting, match="DATABASE_DIRECT_URL is set without DATABASE_URL") as caught:
        load_settings(both)
    assert caught.value.variable == "DATABASE_DIRECT_URL"


@pytest.mark.parametrize("kind", ["device", "pipe", "huge"])
def test_a_file_without_an_end_is_no_configuration(tmp_path: Path, kind: str) -> None:
    file = {"device": Path("/dev/zero")}.get(kind, tmp_path / kind)
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "huge":
        file.write_text("# long\n" * 200_000)
    says = "larger than 1 MB" if kind == "huge" else f"is a {kind}, not a file"
    with pytest.raises(InvalidSetting, match=f"{file}: {says}"):
        load_settings({"FLUFFY_CONFIG": str(file)})


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_bytes_that_are_no_text_are_refused_but_in_paths(setting: Setting, tmp_path: Path) -> None:
    """An environment may have any; a key could not be sent, and nothing of it is shown."""
    path = os.fsdecode(bytes(tmp_path) + b"/h\xff")
    folder = {**BUCKET, "FLUFFY_MEDIA_HOST": "directory", "FLUFFY_MEDIA_DIRECTORY": "x"}
    if setting.variable in ("FLUFFY_CONFIG", "FLUFFY_DATA_DIR", "FLUFFY_MEDIA_DIRECTORY"):
        assert load_settings({**folder, setting.variable: path}).shown
        return
    with pytest.raises(InvalidSetting, match=f"{setting.variable} is not UTF-8 text") as caught:
        load_settings({**folder, setting.variable: os.fsdecode(b"hush\xff")})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("keys = 3", "keys in the configuration file .* must be a table"),
        ('preview = ["kitty"]', "preview in the configuration file .* one value, not several"),
        ("[buffer_api_key]\nhush = 1", "buffer_api_key in the configuration file .* one value, not several"),
        (f"preview = {'[' * 20_000}", "nested too deeply"),
        ('data_dir = "/tmp/x\\u0000y"', "data_dir is not UTF-8 text"),
    ],
    ids=["keys", "list", "table", "endless", "nul"],
)
def test_a_value_of_another_kind_is_refused_and_nothing_of_a_secret_is_shown(
    tmp_path: Path, content: str, says: str
) -> None:
    with pytest.raises(InvalidSetting, match=says) as caught:
        load_settings(write(tmp_path / "config.toml", content))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("form", ["utf-8-sig", "crlf"])
def test_a_file_from_windows_is_read(tmp_path: Path, form: str) -> None:
    content = 'preview = "kitty"\n[keys]\n"library.open" = "o"\n'
    environment = write(tmp_path / "config.toml", "")
    file = tmp_path / "config.toml"
    file.write_bytes(content.encode(form) if form != "crlf" else content.replace("\n", "\r\n").encode())
    settings = load_settings(environment)
    assert (settings.preview, settings.keys) == (Preview.KITTY, {"library.open": "o"})


def test_of_a_path_that_is_longer_than_any_the_beginning_is_quoted() -> None:
    with pytest.raises(InvalidSetting, match=r"the configuration file /a+…: file name too long\.") as caught:
        load_settings({"FLUFFY_CONFIG": f"/{'a' * 100_000}"})
    assert len(str(caught.value)) < 4_500
