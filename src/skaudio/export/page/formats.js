// What audio files state about themselves: the sampling rate, and the samples of WAV files.

const WAV_FORMATS = { 1: "integer", 3: "float", 0xfffe: "extensible" };
const MP3_RATES = [44100, 48000, 32000];
const letters = (data, at, n) => String.fromCharCode(...new Uint8Array(data.buffer, at, Math.min(n, data.byteLength - at)));

// Channels and rate of a WAV file, as Python reads them: browsers scale positive and negative samples differently.
function readWav(bytes) {
  const data = new DataView(bytes);
  if (bytes.byteLength < 44 || letters(data, 0, 4) !== "RIFF" || letters(data, 8, 4) !== "WAVE") return null;
  let format = null;
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const name = letters(data, at, 4), size = data.getUint32(at + 4, true);
    if (name === "fmt ") format = wavFormat(data, at + 8);
    if (name === "data") return format && wavSamples(data, at + 8, Math.min(size, bytes.byteLength - at - 8), format);
    at += 8 + size + size % 2;
  }
  return null;
}

function wavFormat(data, at) {
  let kind = WAV_FORMATS[data.getUint16(at, true)];
  if (kind === "extensible") kind = WAV_FORMATS[data.getUint16(at + 24, true)];
  const bits = data.getUint16(at + 14, true), nChannels = data.getUint16(at + 2, true);
  const known = kind === "integer" ? [8, 16, 24, 32].includes(bits) : kind === "float" && [32, 64].includes(bits);
  return known && nChannels ? { kind, bits, nChannels, rate: data.getUint32(at + 4, true) } : null;
}

function wavSamples(data, start, size, { kind, bits, nChannels, rate }) {
  const read = {
    integer8: at => (data.getUint8(at) - 128) / 128,
    integer16: at => data.getInt16(at, true) / 2 ** 15,
    integer24: at => (data.getUint16(at, true) + 2 ** 16 * data.getInt8(at + 2)) / 2 ** 23,
    integer32: at => data.getInt32(at, true) / 2 ** 31,
    float32: at => data.getFloat32(at, true),
    float64: at => data.getFloat64(at, true),
  }[kind + bits];
  const step = bits / 8, n = Math.floor(size / (step * nChannels));
  const channels = Array.from({ length: nChannels }, (_, channel) => {
    return Float32Array.from({ length: n }, (_, t) => read(start + step * (t * nChannels + channel)));
  });
  return { channels, rate };
}

// The sampling rate that a compressed file states; 48000 Hz where it is not known.
function statedRate(bytes) {
  const data = new DataView(bytes), byte = at => (at < bytes.byteLength ? data.getUint8(at) : 0);
  if (letters(data, 0, 4) === "fLaC") return (byte(18) << 12) | (byte(19) << 4) | (byte(20) >> 4);
  if (letters(data, 0, 4) === "OggS" && letters(data, 29, 6) === "vorbis") return data.getUint32(40, true);
  const tag = letters(data, 0, 3) === "ID3";
  const at = tag ? 10 + [6, 7, 8, 9].reduce((size, i) => 128 * size + byte(i), 0) : 0;
  if (byte(at) === 0xff && byte(at + 1) >= 0xe0) {
    const divisor = { 3: 1, 2: 2, 0: 4 }[(byte(at + 1) >> 3) & 3]; // MPEG 1, 2 and 2.5
    return MP3_RATES[(byte(at + 2) >> 2) & 3] / divisor || 48000;
  }
  return 48000;
}
