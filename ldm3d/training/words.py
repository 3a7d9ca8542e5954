"""A tokenizer of one's own and a small text encoder for it, for models that are trained without CLIP's.

The tokenizer is CLIP's kind (Sennrich et al. 2016: byte pair encoding, here of bytes, lower case, `</w>` at the end of
a word) with its merges learnt from the captions that it will meet. Nothing in it is left to chance: the same captions
give the same files, byte for byte, in whatever order they come.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ldm3d.errors import InputError
from ldm3d.files import whole_files

if TYPE_CHECKING:
    from transformers import CLIPTextModel, CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
SMALLEST = 514
"""The vocabulary without any merge: every byte within a word and at its end, the start and the end of a text."""

Merge = tuple[str, str]

_END_OF_WORD = "</w>"


def learn_merges(counts: dict[str, int], at_most: int) -> list[Merge]:
    """Return the merges of byte pair encoding: the most frequent pair first, of equals the first in the alphabet.

    Args:
        counts: how often each word is said; words in the byte-level alphabet, without the mark at their end.
        at_most: how many; fewer where no pair is left that is said twice.
    """
    words = [[*word[:-1], word[-1] + _END_OF_WORD] for word in counts]
    said = list(counts.values())
    frequency: Counter[Merge] = Counter()
    where: defaultdict[Merge, set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        _count(word, said[index], index, frequency, where)
    merges: list[Merge] = []
    while len(merges) < at_most and frequency:
        best = min(frequency, key=lambda pair: (-frequency[pair], pair))
        if frequency[best] < 2:
            break
        merges.append(best)
        for index in sorted(where[best]):
            _count(words[index], -said[index], index, frequency, where)
            words[index] = _merged(words[index], best)
            _count(words[index], said[index], index, frequency, where)
    return merges


def count_words(captions: Iterable[str]) -> dict[str, int]:
    """Return how often each word of the captions is said, cut and spelt as CLIP's tokenizer does."""
    from transformers import CLIPTokenizer

    clip = CLIPTokenizer().backend_tokenizer
    counts: Counter[str] = Counter()
    for caption in captions:
        pieces = clip.pre_tokenizer.pre_tokenize_str(clip.normalizer.normalize_str(caption))
        counts.update(piece for piece, _ in pieces)
    return dict(sorted(counts.items()))


def write_tokenizer(folder: Path, captions: Iterable[str], vocabulary: int = 2048, length: int = 77) -> CLIPTokenizer:
    """Learn a tokenizer from captions, write it into `folder` in the layout of CLIP's, and return it as it is loaded.

    Args:
        folder: made where there is none; gets vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json.
        captions: what it will meet.
        vocabulary: how many tokens at most, `SMALLEST` or more.
        length: of a text in tokens, start and end included; longer ones are cut.

    Raises:
        InputError: `vocabulary` or `length` is too small, or the folder cannot be written.
        MachineError: the disk is full or failed.
    """
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    if vocabulary < SMALLEST or length < 3:
        raise InputError(
            f"a tokenizer of {vocabulary} tokens and texts of {length} cannot be learnt; "
            f"take {SMALLEST} tokens or more (the bytes alone) and texts of 3 or more"
        )
    merges = learn_merges(count_words(captions), vocabulary - SMALLEST)
    letters = sorted(ByteLevel.alphabet())
    tokens = [*letters, *(letter + _END_OF_WORD for letter in letters), *("".join(merge) for merge in merges)]
    vocab = {token: number for number, token in enumerate(dict.fromkeys([*tokens, START, END]))}
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    config = {**special, "do_lower_case": True, "model_max_length": length, "tokenizer_class": "CLIPTokenizer"}
    contents = {
        "vocab.json": _json(vocab),
        "merges.txt": "\n".join(["#version: 0.2", *(" ".join(merge) for merge in merges)]) + "\n",
        "tokenizer_config.json": _json(config),
        "special_tokens_map.json": _json(special),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with whole_files([folder / name for name in contents]) as partials:
        for partial, text in zip(partials, contents.values(), strict=True):
            partial.write_text(text, encoding="utf-8")
    return CLIPTokenizer.from_pretrained(folder, local_files_only=True)  # type: ignore[no-any-return]


def make_text_encoder(
    tokenizer: CLIPTokenizer, width: int = 256, layers: int = 2, heads: int = 4, seed: int = 0
) -> CLIPTextModel:
    """Return CLIP's text encoder at a small size for a tokenizer, with random weights that depend on `seed` alone.

    Args:
        tokenizer: as `write_tokenizer` returns it.
        width: of the vectors, one for each token; `cross_attention_dim` of the U-Net that reads them.
        layers: of attention.
        heads: of attention; they share out `width`.
        seed: of the weights.
    """
    import torch
    from transformers import CLIPTextConfig, CLIPTextModel

    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        projection_dim=width,
        max_position_embeddings=tokenizer.model_max_length,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return CLIPTextModel(config)


def _count(
    word: Sequence[str], times: int, index: int, frequency: Counter[Merge], where: defaultdict[Merge, set[int]]
) -> None:
    """Add `times` for each pair of the word's pieces, and note the word's `index` with it; negative takes away."""
    for pair in pairwise(word):
        frequency[pair] += times
        if times > 0:
            where[pair].add(index)
        elif not frequency[pair]:
            del frequency[pair]


def _merged(word: Sequence[str], pair: Merge) -> list[str]:
    pieces: list[str] = []
    for piece in word:
        if pieces and (pieces[-1], piece) == pair:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
