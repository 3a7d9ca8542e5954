"""Words for other tools: quality tags, renderers, artists, parameters. They are recognised, and mean nothing here."""

from __future__ import annotations

import re

from ldm3d.worlds.words.tables import words

STYLE_WORDS = words("""
        8k, 4k, 16k, 2k, 32k, 12k, 8k uhd, uhd, hd, full hd, ultra hd, hdr, hdri, dslr, raw photo, hi res, high res,
        hires, highres, high resolution, high quality, best quality, top quality, masterpiece, absurdres, 8k
        resolution, 4k resolution, award winning, award winning photography, award winning photo, wallpaper, desktop
        wallpaper, poster, album cover, detailed, highly detailed, ultra detailed, extremely detailed, intricate,
        intricate details, intricate detail, hyper detailed, hyperdetailed, insanely detailed, very detailed, super
        detailed, insane details, fine details, fine detail, sharp details, sharp focus, sharp, in focus, crisp
        details, realistic, hyperrealistic, hyper realistic, photorealistic, photo realistic, ultra realistic,
        ultrarealistic, hyperrealism, realism, photorealism, lifelike, trending on artstation, artstation, artstation
        hq, deviantart, trending on deviantart, pixiv, trending on pixiv, cgsociety, behance, behance hd, trending,
        featured on behance, unsplash, pinterest, shutterstock, flickr, national geographic, 500px, instagram, octane
        render, octane, unreal engine, unreal engine 5, unreal engine 4, unreal, ue5, ue4, blender, blender render,
        cycles render, cinema 4d, c4d, vray, v ray, corona render, redshift, arnold render, ray tracing, raytracing,
        ray traced, raytraced, path tracing, path traced, global illumination, ambient occlusion, subsurface
        scattering, physically based rendering, pbr, lumen, nanite, rtx, rtx on, unity engine, cryengine, 3d render,
        3d rendering, render, rendered, rendering, cgi, 3d, vfx, matte painting, concept art, digital art, digital
        painting, digital illustration, illustration, artwork, art, painting, oil painting, oil on canvas, watercolor,
        watercolour, acrylic, acrylic painting, sketch, pencil drawing, ink drawing, line art, drawing, anime, anime
        style, manga, cartoon, comic, comic book, pixel art, voxel art, low poly, lowpoly, isometric, flat design,
        vector art, studio ghibli, ghibli, ghibli style, studio ghibli style, makoto shinkai, pixar, pixar style,
        disney, disney style, dreamworks, impressionist, impressionism, impressionistic, expressionism, surrealism,
        art nouveau, art deco, baroque, rococo, romanticism, renaissance, minimalist, minimalism, minimalistic,
        abstract, ukiyo e, pop art, cubism, hudson river school, fantasy, high fantasy, fantasy art, sci fi, scifi,
        science fiction, futuristic, steampunk, solarpunk, dieselpunk, retro, retrofuturism, vaporwave, synthwave,
        80s, 90s, victorian, baroque style, stylized, style, styled, aesthetic, aesthetics, beautiful, gorgeous,
        stunning, amazing, incredible, wonderful, pretty, lovely, nice, perfect, picturesque, scenic, magnificent,
        beautifully lit, photogenic, cinematic, cinematic lighting, cinematic light, cinematic shot, cinematic
        composition, movie still, film still, film grain, filmic, color grading, colour grading, kodak portra, kodak,
        fujifilm, 35mm, 50mm, 85mm, 24mm, analog photo, polaroid, tilt shift, bokeh, depth of field, shallow depth of
        field, dof, lens flare, chromatic aberration, motion blur, long exposure, vignette, f 1.8, f 2.8, wide angle,
        ultra wide angle, wide angle lens, ultrawide, wide shot, fisheye, fish eye, aerial view, aerial shot, drone
        shot, drone photo, drone photography, bird's eye view, birds eye view, low angle, close up, establishing shot,
        photography, landscape photography, nature photography, photo, photograph, photoshoot, shot on iphone, shot on
        canon, nikon, canon, canon eos, sony alpha, gopro, 360 panorama, 360 view, 360 degree, 360 degree view, 360
        degree panorama, 360 photo, 360° panorama, equirectangular, equirectangular panorama, equirectangular
        projection, equirectangular view, hdri panorama, spherical panorama, panoramic view, seamless, seamless
        texture, skybox, environment map, vr, vr 360, vr panorama, immersive, stereoscopic, monoscopic, 360vr, 360,
        hdr panorama, panorama, panoramic, composition, rule of thirds, golden ratio, symmetrical, symmetry,
        professional, professional photography, elegant, smooth, clean, ultra, hyper, extremely, super, hq, uncropped,
        best, quality, stock photo, no text, no watermark, watermark, text, signature, logo, blurry, blur, jpeg
        artifacts, lowres, low quality, worst quality, nsfw, sfw, trending on, digital, artist, artstyle, realistic
        lighting, studio lighting, natural lighting, natural light, rim lighting, rim light, backlight, backlit,
        ambient lighting, ambient light, mood lighting, atmospheric, atmosphere, textured, texture, textures,
        maximalist, ornate, hyperdetail, complex, dynamic, dynamic lighting, dynamic range, sense of awe, awesome,
        midjourney, stable diffusion, dall e, dalle, ldm3d, in the style of, style of, ar, v5, v6, niji, lora,
        hochauflösend, fotorealistisch, detailliert, wunderschön, schön, schöne, schönes, schöner, ölgemälde,
        meisterwerk, realistisch, hermoso, bello, precioso, bonito, alta calidad, fotorrealista, alta resolución, muy
        detallado, detallado, obra maestra, realista, pintura al óleo
    """)  # fmt: skip
ARTISTS = words("""
        greg rutkowski, thomas kinkade, alphonse mucha, artgerm, albert bierstadt, james gurney, john howe, alan lee,
        craig mullins, simon stalenhag, simon stålenhag, zdzislaw beksinski, beksinski, h r giger, hr giger, giger,
        ivan aivazovsky, aivazovsky, ivan shishkin, bob ross, claude monet, monet, van gogh, vincent van gogh, caspar
        david friedrich, john constable, turner, j m w turner, rembrandt, salvador dali, dali, edward hopper, ansel
        adams, peter lik, makoto shinkai, hayao miyazaki, miyazaki, hokusai, katsushika hokusai, moebius, jean giraud,
        syd mead, frank frazetta, wlop, ross tran, beeple, feng zhu, jakub rozalski, noah bradley, marc simonetti,
        raphael lacoste, andreas rocha, gustave dore, tim burton, wes anderson, roger deakins, frederic edwin church,
        thomas cole, thomas moran, john martin, piranesi, leonid afremov, kilian eng, loish, ruan jia, justin gerard,
        gaston bussiere, magritte, rene magritte, yoji shinkawa, annie leibovitz, steve mccurry, studio trigger
    """)  # fmt: skip

# "<lora:name:0.8>", "--ar 16:9", "--v 5", "--no people" stays a wish, "(forest:1.3)" loses its weight.
_MARKUP = re.compile(
    r"<[^<>\n]{0,80}>|--(?!no\b)[A-Za-z]{1,12}(?:[ =][\d.:]+)?|:\s?-?\d+(?:\.\d+)?(?=[\s)\],;]|$)|\bf/\d+(?:\.\d+)?|https?://\S+"
)


def without_markup(prompt: str) -> tuple[str, tuple[str, ...]]:
    """The prompt with other tools' parameters blanked out, and these parameters."""
    found = tuple(match.strip() for match in _MARKUP.findall(prompt))
    return _MARKUP.sub(" ", prompt), found
