"""The words that tell each encoder what to do, and which encoder is chosen."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from depthfusion.errors import InputError, MachineError
from depthfusion.export import hardware
from depthfusion.export.codecs import CODECS
from depthfusion.export.encoding import HARDWARE, SOFTWARE, Encoding, hardware_encoders, rate_factor
from depthfusion.export.settings import ExportSettings

ALL = [
    (codec, encoder)
    for codec, known in CODECS.items()
    for encoder in dict.fromkeys(
        [SOFTWARE[known.family], *(name for platform in HARDWARE for name in hardware_encoders(known.family, platform))]
    )
]


def words(codec: str, encoder: str = "", **more: object) -> list[str]:
    encoding = Encoding((640, 360), Fraction(30), codec, encoder=encoder, threads=3, **more)  # type: ignore[arg-type]
    return encoding.arguments(Path("a.mp4"))


def after(arguments: list[str], name: str) -> str:
    """What follows the option `name`, which stands there once."""
    assert arguments.count(name) == 1, (name, arguments)
    return arguments[arguments.index(name) + 1]


def test_every_codec_of_the_settings_is_known() -> None:
    assert set(ExportSettings.codec.choices) == {"auto", *CODECS}


@pytest.mark.parametrize(("codec", "encoder"), ALL)
def test_every_encoder_is_told_planes_tags_groups_and_quality(codec: str, encoder: str) -> None:
    arguments = words(codec, encoder, group=0.5)
    deep = CODECS[codec].bits == 10
    assert after(arguments, "-c:v") == encoder
    assert after(arguments, "-pixel_format") == ("p010le" if deep else "nv12")
    assert after(arguments, "-tag:v") == CODECS[codec].tag
    assert after(arguments, "-g") == "15"
    assert "color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv" in after(arguments, "-vf")
    ten = {"p010le", "yuv420p10le"}
    assert (after(arguments, "-vf").partition(",")[0].removeprefix("format=") in ten) == deep
    assert {"-crf", "-cq", "-global_quality", "-qp_i", "-q:v"} & set(arguments)
    assert arguments[-1] == "a.mp4"
    if deep and encoder not in SOFTWARE.values():
        assert after(arguments, "-profile:v") == "main10"


@pytest.mark.parametrize(("codec", "encoder"), ALL)
def test_more_quality_asks_each_encoder_for_more(codec: str, encoder: str) -> None:
    def asked(quality: int) -> float:
        arguments = words(codec, encoder, quality=quality)
        if "-q:v" in arguments:  # the only one that counts upwards
            return -float(after(arguments, "-q:v"))
        return float(next(after(arguments, n) for n in ("-crf", "-cq", "-global_quality", "-qp_i") if n in arguments))

    numbers = [asked(quality) for quality in (0, 25, 50, 75, 100)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 5


def test_vaapi_gets_its_frames_on_the_device() -> None:
    arguments = words("h264", "h264_vaapi")
    assert after(arguments, "-init_hw_device") == "vaapi=va"
    assert after(arguments, "-vf").endswith(",hwupload")
    assert "-init_hw_device" not in words("h264", "h264_nvenc")


@pytest.mark.parametrize(
    ("codec", "holds"), [("h264", "-level:v 4.1"), ("hevc", "level-idc=4.1"), ("hevc10", "level-idc=4.1")]
)
def test_levels_and_peaks_are_held(codec: str, holds: str) -> None:
    arguments = words(codec, level="4.1", peak=25)
    assert holds in " ".join(arguments)
    assert (after(arguments, "-maxrate"), after(arguments, "-bufsize")) == ("25M", "50M")
    assert "level" not in " ".join(words(codec)).replace("loglevel", "").replace("log-level", "")
    assert "-maxrate" not in words(codec)


def test_each_platform_is_offered_what_it_may_have() -> None:
    assert hardware_encoders("h264", "linux") == ["h264_nvenc", "h264_qsv", "h264_amf", "h264_vaapi"]
    assert hardware_encoders("hevc", "win32") == ["hevc_nvenc", "hevc_qsv", "hevc_amf"]
    assert hardware_encoders("hevc", "darwin") == ["hevc_videotoolbox"]
    assert hardware_encoders("av1", "darwin") == []  # no Mac encodes AV1
    assert hardware_encoders("h264", "freebsd14") == []


def test_av1_counts_quality_on_its_own_scale() -> None:
    assert rate_factor("av1", 75) == pytest.approx(25)
    assert 0 < rate_factor("av1", 100) < rate_factor("av1", 0) <= 63


ENCODING = Encoding((640, 360), Fraction(30), "hevc")


def trial(*working: str) -> hardware.Trial:
    """A trial in which only the encoders that are named work."""
    return lambda encoding: "" if encoding.encoder in working else "Cannot load libcuda.so.1"


def test_the_first_hardware_that_works_is_taken_and_said() -> None:
    chosen = hardware.choose("auto", ENCODING, "linux", trial("hevc_vaapi", "hevc_qsv"))
    assert chosen == hardware.Chosen("hevc_qsv", "HEVC by hevc_qsv, the hardware's encoder")


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin", "freebsd14"])
def test_software_encodes_where_no_hardware_works(platform: str) -> None:
    for codec, known in CODECS.items():
        chosen = hardware.choose("auto", replace(ENCODING, codec=codec), platform, trial())
        assert chosen.encoder == SOFTWARE[known.family]
        assert "no hardware encoder for it works here" in chosen.words


def test_software_that_is_asked_for_needs_no_trial() -> None:
    chosen = hardware.choose("software", ENCODING, "linux", lambda _: pytest.fail("tried"))
    assert chosen == hardware.Chosen("libx265", "HEVC by libx265, in software as asked")


def test_a_maker_that_is_asked_for_and_fails_is_one_sentence() -> None:
    with pytest.raises(
        MachineError, match=r"nvenc does not work here \(Cannot load libcuda.so.1\): choose encoder auto"
    ):
        hardware.choose("nvenc", ENCODING, "linux", trial("hevc_qsv"))
    assert hardware.choose("nvenc", ENCODING, "linux", trial("hevc_nvenc")).encoder == "hevc_nvenc"


@pytest.mark.parametrize(
    ("maker", "codec", "platform"), [("videotoolbox", "hevc", "linux"), ("videotoolbox", "av1", "darwin")]
)
def test_a_maker_without_such_an_encoder_is_one_sentence(maker: str, codec: str, platform: str) -> None:
    with pytest.raises(InputError, match=f"encoder {maker} cannot be used for .* choose auto or software"):
        hardware.choose(maker, replace(ENCODING, codec=codec), platform, trial(f"{codec}_{maker}"))


def test_a_real_trial_tells_encoders_that_work_from_those_that_do_not() -> None:

    assert hardware._tried(replace(ENCODING, encoder="libx265")) == ""
    assert hardware._tried(replace(ENCODING, encoder="hevc_nowhere")) == "vost#0:0: Unknown encoder 'hevc_nowhere'"
    too_large = replace(ENCODING, codec="av1", size=(640, 9000), encoder="libsvtav1")
    assert hardware._tried(too_large)
