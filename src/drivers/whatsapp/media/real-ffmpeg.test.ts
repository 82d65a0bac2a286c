// Truth: what the real ffmpeg of this machine makes, read back by itself and by our own readers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { ffmpeg } from './ffmpeg.ts'
import { signOf } from './file-signs.ts'
import { aboutVideo, makeFilm } from './video.ts'
import { isOpus, listenTo, makeVoice, opusSeconds } from './voice.ts'

const program = await ffmpeg()
const skip =
  program === null ? 'ffmpeg is not installed (Debian: apt-get install ffmpeg): nothing of it is tested' : false
if (skip !== false) process.stderr.write(`${skip}\n`)
const run = promisify(execFile)
const { signal } = new AbortController()

describe('with the real ffmpeg', { skip, timeout: 60_000 }, () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'real-ffmpeg-test-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** Made by the same program of nothing: `source` is one of its test signals. */
  async function made(name: string, source: string, ...options: readonly string[]): Promise<string> {
    const path = join(folder, name)
    assert.ok(program !== null)
    await run(program, ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', source, ...options, path])
    return path
  }

  test('a sound becomes a voice of Opus in Ogg, of its length, and has its loudness over time', async () => {
    // Half a second of silence in front, then two and a half of a tone.
    const wav = await made('tone.wav', 'aevalsrc=if(lt(t\\,0.5)\\,0\\,0.8*sin(2*PI*440*t)):d=3')
    const voice = join(folder, 'voice.ogg')
    assert.ok(await makeVoice(wav, 'wav', voice, signal))
    assert.ok(await isOpus(voice))
    assert.equal(await opusSeconds(voice), 3)
    const { seconds, waveform } = await listenTo(voice, 'ogg', signal)
    assert.equal(seconds, 3)
    assert.equal(waveform?.length, 64)
    assert.ok((waveform[2] ?? 100) < 20 && (waveform[40] ?? 0) > 60, [...waveform].join(' '))
  })

  test('a film has its length, its measures and a first frame as JPEG', async () => {
    const film = await made('film.mp4', 'testsrc=duration=2:size=320x180:rate=10', '-pix_fmt', 'yuv420p')
    const { jpegThumbnail, ...about } = await aboutVideo(film, 'mov', join(folder, 'frame.jpg'), signal)
    assert.deepEqual(about, { seconds: 2, width: 320, height: 180 })
    assert.equal(signOf(Buffer.from(jpegThumbnail ?? [])), 'jpeg')
  })

  test('a GIF becomes a film, though its measures are odd', async () => {
    const gif = await made('moving.gif', 'testsrc=duration=1:size=33x21:rate=5')
    const film = join(folder, 'gif.mp4')
    assert.ok(await makeFilm(gif, film, signal))
    assert.equal(signOf(await readFile(film)), 'mov')
    const { width, height } = await aboutVideo(film, 'mov', join(folder, 'gif.jpg'), signal)
    assert.deepEqual([width, height], [32, 20])
  })

  test('what is none of it comes to nothing', async () => {
    const wav = await made('short.wav', 'sine=duration=1')
    assert.deepEqual(await aboutVideo(wav, 'mov', join(folder, 'none.jpg'), signal), {})
    assert.equal(await makeVoice(wav, 'mov', join(folder, 'none.ogg'), signal), false)
  })
})
