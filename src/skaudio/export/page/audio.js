// Sound: from files and the microphone to samples of one channel at the sampling rate of the model.

const MAX_RECORDED_SECONDS = 300;

async function decodeSound(bytes, sr, channel) {
  const { channels, rate } = readWav(bytes) ?? await decodeByBrowser(bytes, sr);
  return resample(oneChannel(channels, channel), rate, sr);
}

async function decodeByBrowser(bytes, sr) {
  const stated = statedRate(bytes), rate = stated >= 8000 && stated <= 96000 ? stated : sr;
  try {
    const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes); // it resamples to its rate
    return { channels: Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i)), rate };
  } catch {
    throw new Error("This browser cannot decode the file. Choose an audio file, such as WAV, MP3, FLAC or Ogg.");
  }
}

function oneChannel(channels, channel) {
  if (channel !== null && channel >= channels.length) {
    throw new Error(`The model needs channel ${channel}, but the file has ${channels.length}, counted from 0.`);
  }
  if (channel !== null || channels.length === 1) return channels[channel ?? 0];
  return channels[0].map((_, t) => channels.reduce((sum, y) => sum + y[t], 0) / channels.length);
}

function wavFile(y, rate) {
  const header = new DataView(new ArrayBuffer(44)), n = 4 * y.length;
  const text = (at, letters) => [...letters].forEach((letter, i) => header.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  header.setUint32(4, 36 + n, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 3, true); // floating point
  header.setUint16(22, 1, true);
  header.setUint32(24, rate, true);
  header.setUint32(28, 4 * rate, true);
  header.setUint16(32, 4, true);
  header.setUint16(34, 32, true);
  text(36, "data");
  header.setUint32(40, n, true);
  return new Blob([header, y], { type: "audio/wav" });
}

class Recorder {
  async start(onSamples) {
    if (!navigator.mediaDevices) throw new Error("This browser does not let pages opened from disk use a microphone.");
    const processing = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: processing });
    } catch {
      throw new Error("The microphone cannot be used: there is none, or the browser was not allowed to use it.");
    }
    this.chunks = [];
    this.context = new AudioContext();
    this.rate = this.context.sampleRate;
    // The newer AudioWorklet needs a script from an address, which the security policy of the page does not allow.
    this.node = this.context.createScriptProcessor(4096, 1, 1);
    this.node.onaudioprocess = event => {
      this.chunks.push(event.inputBuffer.getChannelData(0).slice());
      onSamples(this);
    };
    this.context.createMediaStreamSource(this.stream).connect(this.node);
    this.node.connect(this.context.destination); // of silence: the node runs only if it is connected
  }

  get seconds() {
    return this.chunks.reduce((n, chunk) => n + chunk.length, 0) / this.rate;
  }

  samples(seconds = Infinity) {
    const chunks = seconds === Infinity ? this.chunks : this.chunks.slice(-Math.ceil(seconds * this.rate / 4096));
    const y = new Float32Array(chunks.reduce((n, chunk) => n + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      y.set(chunk, at);
      at += chunk.length;
    }
    return y;
  }

  async stop() {
    this.node.onaudioprocess = null;
    this.stream.getTracks().forEach(track => track.stop());
    await this.context.close();
  }
}
