"""The parts of the frame by themselves: hyper-parameters, recipes, order, noise, averages, rates, stopping, plots."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ldm3d.errors import InputError
from ldm3d.training import diary, hyper
from ldm3d.training.average import Average
from ldm3d.training.grid import rgbd_grid
from ldm3d.training.loop import rate_factor
from ldm3d.training.order import Order
from ldm3d.training.plan import plan, read_recipe, recipes
from ldm3d.training.plot import plot, running_mean
from ldm3d.training.settings import SETTINGS, AutoencoderSettings, DiffusionSettings
from ldm3d.training.stage import Noise
from ldm3d.training.stopping import Stopping, ballot, elected


def test_the_defaults_are_the_papers() -> None:
    first, second = AutoencoderSettings(), DiffusionSettings()
    assert (first.rate, first.batch, first.epochs, first.channels) == (1e-5, 8, 83, 6)
    assert (second.rate, second.batch, second.epochs) == (1e-5, 32, 178)
    assert first.size == second.size == (512, 512)
    for name, settings in (("autoencoder", first), ("diffusion", second)):
        table = read_recipe(f"paper-{name}")[name]
        written = hyper.make(SETTINGS[name], table, "the recipe")
        assert {key: getattr(written, key) for key in ("rate", "batch", "epochs", "size")} == {
            key: getattr(settings, key) for key in ("rate", "batch", "epochs", "size")
        }


@pytest.mark.parametrize("name", recipes())
def test_every_recipe_can_be_planned(name: str, tmp_path: Path) -> None:
    legs = plan(None, name, {"data": "worlds:4"}, tmp_path)
    assert [leg.stage for leg in legs] == [stage for stage in SETTINGS if stage in read_recipe(name)]
    assert all(leg.settings.data for leg in legs)


def test_the_small_model_is_small(tmp_path: Path) -> None:
    from ldm3d.training.autoencoder import fresh
    from ldm3d.training.networks import make_unet
    from ldm3d.training.words import make_text_encoder, write_tokenizer

    first, second = (leg.settings for leg in plan(None, "mini", {"data": "worlds:4"}, tmp_path))
    assert isinstance(first, AutoencoderSettings)
    assert isinstance(second, DiffusionSettings)
    tokenizer = write_tokenizer(tmp_path / "tokenizer", ["a forest", "a desert"], 514)
    encoder = make_text_encoder(tokenizer, second.words_width, second.words_layers)
    unet = make_unet(second, first.latent_channels, second.words_width, (16, 32))
    count = sum(weight.numel() for network in (fresh(first), encoder, unet) for weight in network.parameters())
    merges = (2048 - 514) * second.words_width  # the vectors of the words that it will have learnt
    assert 13e6 < count + merges < 15e6  # 30 MB in float16


def test_a_file_can_be_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[diffusion]\ndata = "worlds:9"\nblock_channels = [8, 16]\nrate = 1\n')
    settings = plan(None, str(path), {"rate": "2e-4"}, tmp_path / "run")[0].settings
    assert isinstance(settings, DiffusionSettings)
    assert (settings.block_channels, settings.rate) == ((8, 16), 2e-4)
    for wrong, word in (("[painting]", "no stage"), ("rate = 1", "no stage"), ("[diffusion", "cannot be read"),
                        ("[diffusion]\nrates = 1", "'rates'"), ("[diffusion]\ncache = 1", "true or false"),
                        ("", "is empty")):  # fmt: skip
        path.write_text(wrong)
        with pytest.raises(InputError, match=word):
            plan(None, str(path), {}, tmp_path / "run")


def test_the_command_line_is_declared_without_anything_heavy() -> None:
    asked = "import sys; from ldm3d.cli import check; check(['train', 'diffusion', '--out', 'x', '--rate', '1e-4']); "
    heavy = "print([name for name in ('torch', 'numpy', 'diffusers', 'matplotlib') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked + heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_epoch_sees_every_sample_once_in_another_order() -> None:
    order = Order(count=12, batch=4, seed=3)
    epochs = [np.concatenate(list(order.batches(0, 3 * epoch, 3 * epoch + 3))) for epoch in range(3)]
    assert all(sorted(epoch) == list(range(12)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert list(order.batches(0, 4, 9)) == list(order.batches(0, 0, 9))[4:]


def test_processes_share_each_batch_among_them() -> None:
    alone = Order(count=24, batch=6, seed=1)
    shared = Order(count=24, batch=6, processes=3, seed=1)
    shares = [list(shared.batches(process, 0, 8)) for process in range(3)]
    together = [[number for share in shares for number in share[step]] for step in range(8)]
    assert together == list(alone.batches(0, 0, 8))
    assert [list(shared.places(process)) for process in range(3)] == [[0, 1], [2, 3], [4, 5]]


def test_noise_depends_on_the_sample_and_not_on_the_piece_that_it_is_in() -> None:
    whole = Noise(7, 11, range(4))
    parts = [Noise(7, 11, [0, 1]), Noise(7, 11, [2, 3])]
    for draw in (lambda one: one.normal("a", (3, 5)), lambda one: one.uniform("b"), lambda one: one.integers("c", 99)):
        assert torch.equal(draw(whole), torch.cat([draw(part) for part in parts]))
    assert not torch.equal(whole.normal("a", (5,)), whole.normal("b", (5,)))
    assert not torch.equal(whole.normal("a", (5,)), Noise(7, 12, range(4)).normal("a", (5,)))
    many = Noise(0, 0, range(64)).normal("moments", (1000,))
    assert float(many.mean()) == pytest.approx(0, abs=0.02)
    assert float(many.std()) == pytest.approx(1, abs=0.02)
    assert abs(float(np.corrcoef(many.numpy()[:2])[0, 1])) < 0.1


def test_the_average_follows_its_formula() -> None:
    network = torch.nn.Linear(1, 1, bias=False)
    values = [1.0, 3.0, -2.0, 5.0]
    network.weight.data.fill_(values[0])
    average, expected = Average(network, 0.15), values[0]
    for step, value in enumerate(values[1:]):
        network.weight.data.fill_(value)
        average.update(network)
        decay = min(0.15, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
    with average.in_place_of(network):
        assert network.weight.item() == pytest.approx(expected)
    assert network.weight.item() == values[-1]


def test_the_rate_rises_and_falls() -> None:
    assert [rate_factor(step, 100, 4, "constant") for step in (0, 1, 3, 50, 99)] == [0.25, 0.5, 1, 1, 1]
    assert rate_factor(4, 104, 4, "cosine") == pytest.approx(1)
    assert rate_factor(54, 104, 4, "cosine") == pytest.approx(0.01 + 0.99 / 2)
    assert rate_factor(104, 104, 4, "cosine") == pytest.approx(0.01)


def test_the_most_urgent_wish_of_any_process_is_everybodys() -> None:
    def together(*wishes: str) -> str:
        return elected(sum((ballot(one) for one in wishes), torch.zeros(3)).tolist())  # type: ignore[arg-type]

    assert together("", "", "") == ""
    assert together("save", "", "save") == "save"
    assert together("save", "time", "") == "time"
    assert together("", "save", "signal") == "signal"


def test_time_ends_before_it_is_over_and_signals_at_once() -> None:
    now = [100.0]
    stopping = Stopping(minutes=1, clock=lambda: now[0], began=90.0)
    assert stopping.wish(needed=10, main=True) == ""
    now[0] = 141.0
    assert stopping.wish(needed=10, main=True) == "time"
    assert stopping.wish(needed=10, main=False) == ""
    with stopping.listening():
        signal.raise_signal(signal.SIGTERM)
        assert stopping.wish(needed=0, main=False) == "signal"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_lines_of_steps_that_are_done_again_are_taken_out(tmp_path: Path) -> None:
    with diary.Diary(tmp_path, 0) as written:
        for step in range(1, 6):
            written.note(step, step / 5, {"loss": math.nan if step == 4 else step})
    with (tmp_path / diary.METRICS).open("a") as file:
        file.write('{"step": 6, "lo')  # as a kill leaves it
    with diary.Diary(tmp_path, 4) as written:
        written.note(5, 1.0, {"loss": 50.0})
    lines = diary.read(tmp_path / diary.METRICS)
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["loss"] for line in lines] == [1, 2, 3, None, 50]


def test_tensorboard_reads_what_was_written(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with diary.Diary(tmp_path, 0) as written:
        for step in (1, 2, 3):
            written.note(step, step / 3, {"loss": 1 / step})
        written.show(3, 1.0, np.full((8, 16, 3), 200, np.uint8))
    events = EventAccumulator(str(tmp_path / "events"))
    events.Reload()
    assert [(one.step, round(one.value, 5)) for one in events.Scalars("loss")] == [(1, 1.0), (2, 0.5), (3, 0.33333)]
    assert (events.Images("samples")[0].width, events.Images("samples")[0].height) == (16, 8)


def test_the_running_mean_is_the_mean_around() -> None:
    values = np.array([1.0, 2, 6, 4, 5, 9])
    assert running_mean(values, 3) == pytest.approx([1.5, 3, 4, 5, 6, 7])
    assert running_mean(values, 1) == pytest.approx(values)


def test_losses_of_runs_are_drawn(tmp_path: Path) -> None:
    for name, tilt in (("one", 1.0), ("two", 0.5)):
        (tmp_path / name).mkdir()
        lines = [{"step": step, "epoch": 0, "loss": tilt / step, "norm": 1.0, "seconds": 1} for step in range(1, 200)]
        (tmp_path / name / diary.METRICS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    drawn = plot([tmp_path / "one", tmp_path / "two"], tmp_path / "both.png")
    with Image.open(drawn) as picture:
        colours = {tuple(colour) for colour in np.asarray(picture.convert("RGB")).reshape(-1, 3)}
    assert {(31, 119, 180), (255, 127, 14)} <= colours  # the first two of matplotlib's cycle: a curve for each run
    with pytest.raises(InputError, match="no metrics"):
        plot([tmp_path], tmp_path / "none.png")
    with pytest.raises(InputError, match=r"name it both\.png"):
        plot([tmp_path / "one"], tmp_path / "both.jpeg")


def test_a_grid_shows_each_colour_above_its_depth() -> None:
    rgb = [np.full((6, 12, 3), value, np.uint8) for value in (50, 100, 150)]
    depth = [np.full((6, 12), 257 * value, np.uint16) for value in (10, 20, 30)]
    grid = rgbd_grid(rgb, depth, columns=2)
    assert grid.shape == (2 * (6 + 4 + 6) + 8, 2 * 12 + 8, 3)
    for column, (colour, relief) in enumerate(((50, 10), (100, 20))):
        x = column * (12 + 8) + 6
        assert tuple(grid[3, x]) == (colour,) * 3
        assert tuple(grid[6 + 4 + 3, x]) == (relief,) * 3
