import assert from "node:assert/strict";
import { AGENT_SCRIPT } from "../../../guest/image/agent.ts";
import { AgentPort, LARGEST_REQUEST, PortClosed, TornTransfer } from "../../../guest/qemu/port.ts";

/** The agent as it runs in a guest, but on pipes instead of a serial port. */
class LocalAgent implements AsyncDisposable {
  readonly port: AgentPort;

  private constructor(readonly child: Deno.ChildProcess, readonly work: string) {
    this.port = new AgentPort(child.stdin, child.stdout);
  }

  static async start(idleSeconds = 60): Promise<LocalAgent> {
    const work = await Deno.makeTempDir();
    const child = new Deno.Command("busybox", {
      args: ["sh", "-c", `exec 3<&0 4>&1\n${AGENT_SCRIPT}`],
      env: { AGENT_WORK: work, AGENT_IDLE_S: `${idleSeconds}` },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const agent = new LocalAgent(child, work);
    await agent.port.ready();
    return agent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
    await this.child.status;
    await Deno.remove(this.work, { recursive: true });
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("the agent returns a script's exit code, stdout and stderr", async () => {
  await using agent = await LocalAgent.start();
  const answer = await agent.port.request("echo out; echo err >&2; exit 42");
  assert.deepEqual([answer.code, text(answer.stdout), text(answer.stderr)], [42, "out\n", "err\n"]);
  const next = await agent.port.request("true");
  assert.deepEqual([next.code, next.stdout.length, next.stderr.length], [0, 0, 0]);
});

Deno.test("every byte value passes the port in both directions", async () => {
  await using agent = await LocalAgent.start();
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  const answer = await agent.port.request(`dd bs=${bytes.length} count=1 iflag=fullblock <&3`, bytes);
  assert.equal(answer.code, 0);
  assert.deepEqual(answer.stdout, bytes);
});

Deno.test("requests given at once are answered in order, with lines to keep alive between them", async () => {
  await using agent = await LocalAgent.start();
  await agent.port.keepAlive();
  const answers = await Promise.all([1, 2, 3].map((n) => agent.port.request(`echo ${n}`)));
  await agent.port.keepAlive();
  assert.deepEqual(answers.map((answer) => text(answer.stdout)), ["1\n", "2\n", "3\n"]);
  assert.equal(text((await agent.port.request("echo 4")).stdout), "4\n");
});

Deno.test("a request above the limit is refused before anything is sent", async () => {
  await using agent = await LocalAgent.start();
  assert.throws(() => agent.port.request("#".repeat(LARGEST_REQUEST + 1)), RangeError);
  assert.equal((await agent.port.request("#".repeat(LARGEST_REQUEST))).code, 0);
});

Deno.test("an agent that hears nothing ends", async () => {
  await using agent = await LocalAgent.start(1);
  assert.equal((await agent.child.status).code, 0);
  await assert.rejects(agent.port.request("true"), PortClosed);
});

/** A guest that says exactly `said` and accepts everything. */
function scripted(said: string): AgentPort {
  return new AgentPort(new WritableStream(), ReadableStream.from([new TextEncoder().encode(said)]));
}

Deno.test("the agent says so when a script arrives changed", async () => {
  const child = new Deno.Command("busybox", {
    args: ["sh", "-c", `exec 3<&0 4>&1\n${AGENT_SCRIPT}`],
    env: { AGENT_WORK: await Deno.makeTempDir(), AGENT_IDLE_S: "60" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`1 5 ${"0".repeat(64)}\ntrue\n`));
  await writer.close();
  assert.equal(text((await child.output()).stdout), "ready\n1 torn\n");
  await assert.rejects(scripted("1 torn\n").request("true"), TornTransfer);
});

Deno.test("an answer with changed bytes, a wrong number or a cut end is noticed", async () => {
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  assert.equal((await scripted(`1 0 0 0 ${empty}\n`).request("true")).code, 0);
  await assert.rejects(scripted(`1 0 1 0 ${empty}\nx`).request("true"), TornTransfer);
  await assert.rejects(scripted(`2 0 0 0 ${empty}\n`).request("true"), TornTransfer);
  await assert.rejects(scripted(`1 0 9 0 ${empty}\nx`).request("true"), PortClosed);
  await assert.rejects(scripted("").ready(), PortClosed);
  await assert.rejects(scripted("login:\n").ready(), TornTransfer);
});
