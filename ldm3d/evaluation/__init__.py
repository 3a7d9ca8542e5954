"""How good an LDM3D is: the paper's tables 1 to 3 and figures 4 to 7 as commands, and what `ldm3d-mini` is held to.

`metrics` and `alignment` are the pure measures; `painting`, `seeing` and `blocks` make pictures and features and keep
them, so that a killed run goes on; the other modules are one table or figure each. docs/evaluation.md tells how they
fit together. Nothing heavy is imported with the package.
"""
