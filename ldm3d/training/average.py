"""A moving average of weights: what is sampled from and stored in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class Average:
    """The exponential moving average of a network's parameters (Ho et al. 2020, appendix B).

    In the first steps the decay is less, min(decay, (1 + k)/(10 + k)) after k of them, so that random beginnings are
    soon forgotten.

    Args:
        network: as it is before the first step.
        decay: of each step; 0 follows the network itself.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay, self._steps = decay, 0
        self._shadow = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the parameters after one more step."""
        decay = min(self._decay, (1 + self._steps) / (10 + self._steps))
        self._steps += 1
        now = dict(network.named_parameters())
        shadow = [self._shadow[name] for name in now]
        torch._foreach_lerp_(shadow, [parameter.detach() for parameter in now.values()], 1 - decay)

    @contextmanager
    def in_place_of(self, network: nn.Module) -> Iterator[None]:
        """Give the network the averaged parameters for a while; no memory is needed for it."""
        self._swap(network)
        try:
            yield
        finally:
            self._swap(network)

    def state_dict(self) -> dict[str, Any]:
        """Return the average and how many steps it has seen."""
        return {"steps": self._steps, "parameters": self._shadow}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned; `KeyError` or `RuntimeError` where it is another network's."""
        for name, tensor in self._shadow.items():
            tensor.copy_(state["parameters"][name])
        self._steps = int(state["steps"])

    def parameters(self) -> dict[str, Tensor]:
        """Return the averaged parameters by name."""
        return self._shadow

    @torch.no_grad()
    def _swap(self, network: nn.Module) -> None:
        for name, parameter in network.named_parameters():
            own = self._shadow[name]
            self._shadow[name], parameter.data = parameter.data, own
