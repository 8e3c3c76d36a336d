import { createServer } from "node:http";

/** Stands for petstore.swagger.io and httpbin.org, which the kit's documents name; the same paths, on loopback. */
export type PetShop = AsyncDisposable & { url: string; localise(document: string): string };

const PETS = [{ id: 1, name: "Rex", status: "available" }, { id: 2, name: "Minou", status: "available" }, { id: 3, name: "Nemo", status: "sold" }];

function describe(host: string) {
  const parameter = (name: string, place: string, type: string) => ({ name, in: place, required: true, type, ...(type === "array" ? { items: { type: "string" }, collectionFormat: "multi" } : {}) });
  return {
    swagger: "2.0", info: { title: "Pet shop", version: "1.0.0" }, host, basePath: "/v2", schemes: ["http"], produces: ["application/json"],
    paths: {
      "/pet/findByStatus": { get: { operationId: "findPetsByStatus", parameters: [parameter("status", "query", "array")], responses: { 200: { description: "pets" } } } },
      "/pet/{petId}": { get: { operationId: "getPetById", parameters: [parameter("petId", "path", "integer")], responses: { 200: { description: "a pet" } } } },
    },
  };
}

export async function startPetShop(): Promise<PetShop> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://shop");
    const { status, body } = answer(url, request.headers.authorization ?? "", request.headers.host ?? "");
    response.writeHead(status, { "content-type": "application/json", ...(status === 401 ? { "www-authenticate": 'Basic realm="shop"' } : {}) }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url,
    localise: (document) => document.replaceAll("https://petstore.swagger.io/v2", `${url}/v2`).replaceAll("https://httpbin.org", url),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

function answer(url: URL, authorization: string, host: string): { status: number; body: unknown } {
  const [first = "", second = "", third = "", fourth = ""] = url.pathname.split("/").slice(1);
  if (first === "basic-auth") {
    const isKnown = authorization === `Basic ${Buffer.from(`${second}:${third}`).toString("base64")}`;
    return isKnown ? { status: 200, body: { authenticated: true, user: second } } : { status: 401, body: { authenticated: false } };
  }
  if (url.pathname === "/v2/swagger.json") return { status: 200, body: describe(host) };
  if (url.pathname === "/v2/pet/findByStatus") return { status: 200, body: PETS.filter((pet) => url.searchParams.getAll("status").includes(pet.status)) };
  if (second === "pet" && fourth === "") {
    const pet = PETS.find(({ id }) => String(id) === third);
    if (pet !== undefined) return { status: 200, body: pet };
  }
  return { status: 404, body: { message: "Pet not found" } };
}
