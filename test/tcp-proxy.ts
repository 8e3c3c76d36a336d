import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";

/** A port that leads to another server, so that this one can be away for a test and the other goes on. */
export type TcpProxy = AsyncDisposable & { port: number; /** Cuts all connections, and takes no new ones. */ cut(): Promise<void> };

export async function startTcpProxy(target: NetConnectOpts): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(target);
    for (const [one, other] of [[from, to], [to, from]] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  };
  return { port: address.port, cut, [Symbol.asyncDispose]: () => (server.listening ? cut() : Promise.resolve()) };
}
