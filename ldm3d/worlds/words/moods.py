"""Moods: the words for them, and how each bends the light."""

from __future__ import annotations

from ldm3d.worlds.spec import Mood
from ldm3d.worlds.words.tables import words

# Chosen by eye, in small steps: two or three moods may come together.
MOODS = {
    mood.names[0]: mood
    for mood in (
        Mood(("serene",), saturation=0.95, warmth=0.05, contrast=0.92, haze=1.2, glow=1.15),
        Mood(("eerie",), saturation=0.62, warmth=-0.28, contrast=1.12, exposure=0.78, haze=2.0, glow=1.3),
        Mood(("dramatic",), saturation=1.12, contrast=1.3, exposure=0.92, glow=1.5),
        Mood(("gloomy",), saturation=0.6, warmth=-0.15, contrast=0.95, exposure=0.72, haze=1.5, glow=0.6),
        Mood(("dreamy",), saturation=0.95, warmth=0.08, contrast=0.8, exposure=1.1, haze=1.8, glow=1.9),
        Mood(("magical",), saturation=1.25, warmth=-0.05, contrast=1.05, haze=1.3, glow=2.0),
        Mood(("warm",), warmth=0.35, saturation=1.05),
        Mood(("cold",), warmth=-0.35, saturation=0.92),
        Mood(("bleak",), saturation=0.5, warmth=-0.08, contrast=0.95, exposure=0.9, haze=1.3, glow=0.6),
        Mood(("vibrant",), saturation=1.4, contrast=1.08),
        Mood(("muted",), saturation=0.6, contrast=0.9),
        Mood(("dark",), exposure=0.52, contrast=1.08),
        Mood(("bright",), exposure=1.2, contrast=0.97),
        Mood(("soft",), contrast=0.82, glow=1.2),
        Mood(("mysterious",), saturation=0.8, warmth=-0.12, exposure=0.82, haze=2.2, glow=1.4),
        Mood(("thick",), haze=2.2),
        Mood(("rays",), haze=2.0, glow=1.4),
        Mood(("colourless",), saturation=0.0),
    )
}

MOOD_WORDS = {
    "serene": words("""
        serene, tranquil, peaceful, calm, calming, quiet, relaxing, idyllic, gentle, restful, harmonious, soothing,
        zen, silent, pastoral, undisturbed, friedlich, ruhig, idyllisch, still, beschaulich, tranquilo, sereno,
        apacible, idílico, pacífico
    """),
    "eerie": words("""
        eerie, spooky, haunted, haunting, creepy, scary, horror, sinister, ominous, menacing, lovecraftian,
        nightmarish, ghostly, unsettling, cursed, uncanny, macabre, unheimlich, gruselig, verflucht, gespenstisch,
        spukhaft, inquietante, tenebroso, espeluznante, embrujado, siniestro
    """),
    "dramatic": words("""
        dramatic clouds, dramatic sky, dramatic skies, dramatic, epic, intense, awe inspiring, breathtaking, powerful,
        heroic, dramatic lighting, dramatic light, spectacular, chiaroscuro, moody, dramatisch, atemberaubend, episch,
        dramático, épico, impresionante, espectacular
    """),
    "gloomy": words("""
        gloomy, somber, sombre, dreary, dismal, melancholic, melancholy, sad, brooding, murky, mournful, düster,
        trist, traurig, trübsinnig, finster, sombrío, melancólico, triste, lúgubre
    """),
    "dreamy": words("""
        dreamy, dreamlike, ethereal, surreal, hazy light, nostalgic, romantic, whimsical, poetic, delicate, verträumt,
        traumhaft, romantisch, onírico, de ensueño, etéreo, romántico
    """),
    "magical": words("""
        magical, magic, enchanted, enchanting, mystical, fairytale, fairy tale, mystic, fantastical, glowing,
        luminous, bioluminescent, bioluminescence, magisch, verzaubert, märchenhaft, zauberhaft, verwunschen,
        mystisch, leuchtend, mágico, encantado, místico, brillante, luminoso
    """),
    "warm": words("""
        warm, cozy, cosy, warm light, warm lighting, warm tones, warm colors, warm colours, inviting, toasty, hot,
        heat, sultry, candlelit, behaglich, gemütlich, heiß, cálido, acogedor, caluroso, caliente
    """),
    "cold": words("""
        cold, chilly, chill, cool, freezing, cold light, cool tones, cold tones, crisp, kalt, kühl, frío, fría, fresco
    """),
    "bleak": words("""
        bleak, desolate, abandoned, forsaken, lifeless, post apocalyptic, apocalyptic, apocalypse, dystopian,
        derelict, decaying, verlassen, trostlos, öde, abandonado, desolado, inhóspito
    """),
    "vibrant": words("""
        bunte, bunten, bunter, vibrant, vivid, colorful, colourful, saturated, psychedelic, cheerful, joyful, lively,
        rich colors, rich         colours, vivid colors, vivid colours, farbenfroh, bunt, farbenprächtig, fröhlich,
        colorido, alegre, vibrante, vivo
    """),
    "muted": words("""
        muted, pastel, pastel colors, pastel colours, faded, desaturated, washed out, subdued, muted colors, muted
        colours, pastel tones, vintage, blass, verblasst, apagado, descolorido
    """),
    "dark": words("""
        dark, darkness, dim, dimly lit, shadowy, pitch black, unlit, dunkel, dunkle, finsternis, schattig, oscuro,
        oscuridad, en penumbra
    """),
    "bright": words("""
        bright, brightly lit, radiant, brilliant, gleaming, dazzling, shining, well lit, hell, strahlend, radiante,
        resplandeciente
    """),
    "soft": words("""
        soft, soft light, soft lighting, diffuse light, diffused light, diffused, weiches licht, sanft, suave, luz
        suave
    """),
    "mysterious": words("""
        mysterious, secret, hidden, enigmatic, forgotten, arcane, ancient mystery, geheimnisvoll, mysteriös,
        verborgen, misterioso, secreto, enigmático, olvidado
    """),
    "thick": words("""
        thick fog, dense fog, heavy fog, thick mist, dense mist, thick haze, dichter nebel, espesa niebla, niebla
        espesa, niebla densa, pea soup
    """),
    "rays": words("""
        god rays, godrays, sun rays, sunrays, sunbeams, light shafts, light rays, rays of light, shafts of light,
        volumetric light, volumetric lighting, volumetric fog, crepuscular rays, light beams, beams of light,
        sonnenstrahlen, lichtstrahlen, rayos de sol, rayos de luz, dappled light
    """),
    "colourless": words("""
        black and white, monochrome, greyscale, grayscale, noir, film noir, schwarzweiß, blanco y negro
    """),
}  # fmt: skip
# Moods that bring a weather or a time with them, where none is named.
MOOD_WEATHER = {"gloomy": "overcast", "thick": "foggy"}
