// Measures each C library alone with the work of one label, on one core, which is a lower bound for every
// program that uses them.
#define ZX_USE_UTF8 1
#include <ZXing/BarcodeFormat.h>
#include <ZXing/ReadBarcode.h>
#include <png.h>
#include <qrencode.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

static const int width = 1417, height = 945, row_bytes = (width + 7) / 8, dots = 17;

template <typename Work>
static void measure(const char *name, Work work) {
  using clock = std::chrono::steady_clock;
  auto start = clock::now();
  int count = 0;
  double seconds = 0;
  while (seconds < 1.5) {
    for (int round = 0; round < 20; round++) work(count++);
    seconds = std::chrono::duration<double>(clock::now() - start).count();
  }
  std::printf("%s %.1f\n", name, count / seconds);
}

static QRcode *encode(int number) {
  char text[64];
  std::snprintf(text, sizeof text, "https://weld.example.cn/w/150621-%06d-X", number % 1000000);
  return QRcode_encodeString(text, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
}

static void count_bytes(png_structp png, png_bytep, png_size_t length) {
  *static_cast<size_t *>(png_get_io_ptr(png)) += length;
}

// Writes a label's file beside its destination, reads it again and renames it, as a batch does, without a sync.
static void make_file(const std::string &folder, int number) {
  static const std::vector<char> bytes(8400, 7);
  static std::vector<char> read(bytes.size());
  std::string name = folder + "/" + std::to_string(number) + ".png", draft = name + ".part";
  int file = open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool whole = file >= 0 && write(file, bytes.data(), bytes.size()) == ssize_t(bytes.size()) &&
               pread(file, read.data(), read.size(), 0) == ssize_t(read.size());
  close(file);
  if (!whole || rename(draft.c_str(), name.c_str())) std::exit(1);
}

int main(int, char **arguments) {
  measure("files", [&](int number) { make_file(arguments[1], number); });
  measure("libqrencode", [](int number) { QRcode_free(encode(number)); });

  QRcode *code = encode(1);
  int modules = code->width;
  auto dark = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < modules && y < modules && (code->data[y * modules + x] & 1);
  };
  std::vector<uint8_t> rows(row_bytes * height, 0xFF);
  for (int y = 0; y < (modules + 8) * dots; y++)
    for (int x = 0; x < (modules + 8) * dots; x++)
      if (dark(x / dots - 4, y / dots - 4)) rows[(y + 57) * row_bytes + (x + 57) / 8] &= ~(0x80 >> ((x + 57) % 8));
  measure("libpng-level-1", [&](int) {
    size_t length = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &length, count_bytes, nullptr);
    png_set_compression_level(png, 1);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_IHDR(png, info, width, height, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < height; y++) png_write_row(png, rows.data() + y * row_bytes);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
  });

  auto picture = [&](int scale) {
    std::vector<uint8_t> grey((modules + 8) * scale * (modules + 8) * scale, 255);
    for (size_t pixel = 0; pixel < grey.size(); pixel++) {
      int side = (modules + 8) * scale;
      if (dark(int(pixel) % side / scale - 4, int(pixel) / side / scale - 4)) grey[pixel] = 0;
    }
    return grey;
  };
  for (auto [name, scale] : {std::pair{"zxing-thinned", 3}, std::pair{"zxing-600-dpi", dots}}) {
    auto grey = picture(scale);
    int side = (modules + 8) * scale, misses = 0;
    measure(name, [&](int) {
      ZXing::DecodeHints hints;
      hints.setFormats(ZXing::BarcodeFormat::QRCode);
      hints.setTryHarder(false);
      hints.setTryRotate(false);
      hints.setTryDownscale(false);
      misses += ZXing::ReadBarcodes(ZXing::ImageView(grey.data(), side, side, ZXing::ImageFormat::Lum), hints).empty();
    });
    if (misses) return 1;
  }
  QRcode_free(code);
}
