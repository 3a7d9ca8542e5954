"""The tokenizer learnt from captions, and the text encoder made for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import CLIPTextModel, CLIPTokenizer

from ldm3d.errors import InputError
from ldm3d.training.words import END, SMALLEST, START, count_words, learn_merges, make_text_encoder, write_tokenizer
from ldm3d.worlds import captions


def test_merges_of_the_published_example() -> None:
    # Sennrich et al. 2016, section 3.2: low, lower, newest, widest. "es" and "st" are said 9 times each; e comes first.
    counts = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    assert learn_merges(counts, 4) == [("e", "s"), ("es", "t</w>"), ("l", "o"), ("e", "w")]


def test_merges_end_where_nothing_is_said_twice() -> None:
    assert learn_merges({"ab": 1, "cd": 2}, 100) == [("c", "d</w>")]


def test_words_are_cut_as_clip_cuts_them() -> None:
    assert count_words(["A  forest, at DAWN", "a forest's 42"]) == {
        "'s": 1, ",": 1, "2": 1, "4": 1, "a": 2, "at": 1, "dawn": 1, "forest": 2,
    }  # fmt: skip


@pytest.fixture(scope="module")
def said() -> list[str]:
    return [one.caption for one in captions(400)]


@pytest.fixture(scope="module")
def learnt(said: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words") / "tokenizer"
    write_tokenizer(folder, said, vocabulary=1500, length=40)
    return folder


def test_frequent_words_become_one_token_and_all_text_comes_back(said: list[str], learnt: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(learnt)
    assert tokenizer("forest").input_ids == [
        tokenizer.convert_tokens_to_ids(token) for token in (START, "forest</w>", END)
    ]
    for text in [*said[:50], "über den Dächern, 3 Tauben & 日本"]:
        ids = tokenizer(text).input_ids
        assert ids[0] == tokenizer.bos_token_id
        assert ids[-1] == tokenizer.eos_token_id == len(tokenizer) - 1
        told = "".join(tokenizer.decode(ids, skip_special_tokens=True).split())
        assert told == "".join(text.lower().split())


def test_texts_are_cut_and_filled_to_the_length(learnt: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(learnt)
    short, long = tokenizer(["a cave", "a very deep cave " * 40], padding="max_length", truncation=True).input_ids
    assert len(short) == len(long) == tokenizer.model_max_length == 40
    assert short[-1] == long[-1] == tokenizer.eos_token_id


def test_the_same_captions_give_the_same_files(said: list[str], learnt: Path, tmp_path: Path) -> None:
    write_tokenizer(tmp_path, reversed(said), vocabulary=1500, length=40)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in learnt.iterdir()
    }


def test_a_vocabulary_of_bytes_alone_spells_everything(tmp_path: Path) -> None:
    tokenizer = write_tokenizer(tmp_path, ["a cave"], vocabulary=SMALLEST)
    assert len(tokenizer) == SMALLEST
    assert tokenizer.tokenize("cave") == ["c", "a", "v", "e</w>"]
    with pytest.raises(InputError, match="514 tokens or more"):
        write_tokenizer(tmp_path, ["a cave"], vocabulary=SMALLEST - 1)


def test_the_text_encoder_reads_up_to_the_first_end(learnt: Path, tmp_path: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(learnt)
    encoder = make_text_encoder(tokenizer, width=16, layers=2, heads=2, seed=3).eval()
    ids = tokenizer(["a cave at dawn"], padding="max_length", return_tensors="pt").input_ids
    told = encoder(ids)
    assert told.last_hidden_state.shape == (1, 40, 16)
    # What the pooled vector is read from is where the text ends, as causal attention has seen all of it there.
    end = ids[0].tolist().index(tokenizer.eos_token_id)
    assert torch.equal(told.pooler_output[0], told.last_hidden_state[0, end])
    encoder.save_pretrained(tmp_path)
    again = CLIPTextModel.from_pretrained(tmp_path).eval()
    assert torch.equal(again(ids).last_hidden_state, told.last_hidden_state)


def test_the_text_encoders_weights_depend_on_the_seed_alone(learnt: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(learnt)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, same, other = (make_text_encoder(tokenizer, 16, 1, 2, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)
