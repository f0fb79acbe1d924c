#include "CZXing.h"

#define ZX_USE_UTF8 1
#include <ZXing/BarcodeFormat.h>
#include <ZXing/ReadBarcode.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>

static bool copy(const ZXing::Result &result, wt_zxing_symbol &symbol) {
  std::string text = result.text();
  symbol.text = static_cast<char *>(std::malloc(text.size() + 1));
  if (!symbol.text) return false;
  std::memcpy(symbol.text, text.c_str(), text.size() + 1);
  symbol.text_length = text.size();
  for (int corner = 0; corner < 4; corner++) {
    symbol.corner_x[corner] = result.position()[corner].x;
    symbol.corner_y[corner] = result.position()[corner].y;
  }
  symbol.mirrored = result.isMirrored();
  std::string level = result.ecLevel();
  symbol.correction = level.size() == 1 ? level[0] : 0;
  return true;
}

int wt_zxing_read(
    const uint8_t *grey, uint32_t width, uint32_t height, wt_zxing_sight sight, wt_zxing_symbol **symbols) {
  *symbols = nullptr;
  if (!grey || width == 0 || height == 0 || width > INT_MAX || height > INT_MAX) return -1;
  try {
    ZXing::ImageView picture(
        grey, static_cast<int>(width), static_cast<int>(height), ZXing::ImageFormat::Lum);
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode);
    bool thorough = sight == wt_zxing_photograph;
    hints.setTryHarder(thorough);
    hints.setTryRotate(thorough);
    hints.setTryDownscale(thorough);
    // A drawn picture is black and white already.
    if (!thorough) hints.setBinarizer(ZXing::Binarizer::FixedThreshold);
    hints.setIsPure(sight == wt_zxing_symbol_only);
    ZXing::Results results = ZXing::ReadBarcodes(picture, hints);

    int most = results.size() > 255 ? 255 : static_cast<int>(results.size());
    if (most == 0) return 0;
    auto *found = static_cast<wt_zxing_symbol *>(std::calloc(most, sizeof(wt_zxing_symbol)));
    if (!found) return -1;
    int count = 0;
    for (const ZXing::Result &result : results) {
      if (count == most) break;
      if (!result.isValid()) continue;
      if (!copy(result, found[count])) {
        wt_zxing_free(found, count);
        return -1;
      }
      count++;
    }
    *symbols = found;
    return count;
  } catch (...) {
    // Only an allocation can throw here, and no exception may cross into Swift.
    return -1;
  }
}

void wt_zxing_free(wt_zxing_symbol *symbols, int count) {
  if (!symbols) return;
  for (int index = 0; index < count; index++) std::free(symbols[index].text);
  std::free(symbols);
}
