"""LDM3D as thin layers over the pipelines of diffusers that others keep alive.

LDM3D is Stable Diffusion with an autoencoder that paints depth beside colour. So the pipelines here hand everything to
diffusers' own and only turn colour and depth into the autoencoder's channels and back. Heavy modules are imported with
`text`, `image`, `inpaint` and `upscale`, not with the package.
"""
