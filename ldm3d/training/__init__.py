"""Training LDM3D: the autoencoder (stage 1), the diffusion model (stage 2), and the recogniser of sketch worlds.

`settings` declares every hyper-parameter once, `recipe` reads sets of them, `stage` says what the loop asks of what it
trains, `loop` runs it. How to train stands in docs/training.md. Nothing heavy is imported with the package.
"""
