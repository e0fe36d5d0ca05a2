"""Makes the pictures of this folder and what Pillow reads in them; run here with Pillow and numpy installed."""
import numpy as np
from PIL import Image

random = np.random.default_rng(20)
rows, columns = np.mgrid[0:21, 0:34]
smooth = np.stack([rows * 12, columns * 7, (rows + columns) * 4], axis=2)
noisy = np.clip(smooth + random.integers(-40, 40, smooth.shape), 0, 255).astype(np.uint8)
source = Image.fromarray(noisy, "RGB")
source.save("source.png")

filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "nearest": Image.NEAREST}
for name, resample in filters.items():
    for width, height in [(16, 10), (50, 47), (34, 5), (9, 21), (100, 7)]:
        source.resize((width, height), resample).save(f"resized-{name}-{height}x{width}.png")

source.convert("L").save("decoded-gray.png")
source.convert("L").convert("RGB").save("decoded-gray.expected.png")

alpha = source.convert("RGBA")
alpha.putalpha(Image.fromarray(((rows * 40 + columns) % 256).astype(np.uint8), "L"))
white = Image.new("RGBA", alpha.size, (255, 255, 255, 255))
on_white = Image.alpha_composite(white, alpha).convert("RGB")
alpha.save("decoded-alpha.png")
on_white.save("decoded-alpha.expected.png")
alpha.save("decoded-webp-lossless.webp", lossless=True, exact=True)
on_white.save("decoded-webp-lossless.expected.png")

palette = source.quantize(16)
palette.save("decoded-palette.png")
palette.convert("RGB").save("decoded-palette.expected.png")
palette.info["transparency"] = 3
palette.save("decoded-palette-transparent.png", transparency=3)
read = Image.open("decoded-palette-transparent.png").convert("RGBA")
Image.alpha_composite(white, read).convert("RGB").save("decoded-palette-transparent.expected.png")

pixel = tuple(int(v) for v in noisy[4, 5])
source.save("decoded-colour-key.png", transparency=pixel)
keyed = noisy.copy()
keyed[(noisy == pixel).all(axis=2)] = 255
Image.fromarray(keyed, "RGB").save("decoded-colour-key.expected.png")

bits = source.convert("1")
bits.save("decoded-one-bit.png")
bits.convert("RGB").save("decoded-one-bit.expected.png")

gray_alpha = source.convert("L").convert("LA")
gray_alpha.putalpha(alpha.getchannel("A"))
gray_alpha.save("decoded-gray-alpha.png")
Image.alpha_composite(white, gray_alpha.convert("RGBA")).convert("RGB").save("decoded-gray-alpha.expected.png")

calm = Image.fromarray(np.clip(smooth, 0, 255).astype(np.uint8), "RGB")
calm.save("lossy-jpeg.jpg", quality=95, subsampling=0)
Image.open("lossy-jpeg.jpg").save("lossy-jpeg.expected.png")
calm.save("lossy-webp.webp", quality=95)
Image.open("lossy-webp.webp").convert("RGB").save("lossy-webp.expected.png")

from PIL import ImageOps
for orientation in range(2, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"lossy-orientation-{orientation}"
    calm.save(name + ".jpg", quality=95, subsampling=0, exif=exif)
    ImageOps.exif_transpose(Image.open(name + ".jpg")).save(name + ".expected.png")
