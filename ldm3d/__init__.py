"""LDM3D: panoramas of colour and depth from text.

Nothing heavy is imported with the package; its modules are imported where they are used.
"""
