"""A small OpenID Connect provider on the loopback address, which tests tell what to answer."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "tiebeam", "a secret of the client"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class OfficeProvider:
    """Answers discovery, token and userinfo; whoever asks for a code is the person that is set."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "42"}
        self.claims: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.key, self.algorithm = KEY, "RS256"
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def authorise(self, address: str) -> dict[str, str]:
        """Return what the browser brings back from the provider's own sign-in at *address*."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.address}/authorise"
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert set(asked["scope"].split()) == {"openid", "profile", "email"}
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def asked_by(self, code: str) -> dict[str, str]:
        """Return what was asked for the code."""
        return self._codes[code]

    def answer(self, path: str, form: dict[str, str], authorisation: str) -> dict[str, Any]:
        """Return the body for a request."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorise", "token_endpoint": "token",
                     "userinfo_endpoint": "userinfo", "jwks_uri": "keys"}  # fmt: skip
            return {"issuer": self.address} | {
                name: f"{self.address}/{place}" for name, place in names.items()
            }
        if path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            return {"access_token": "opened", "token_type": "Bearer", "id_token": self._token(form)}
        assert (path, authorisation) == ("/userinfo", "Bearer opened")
        return {**self.person, **self.told}

    def _token(self, form: dict[str, str]) -> str:
        asked = self._codes.pop(form["code"])
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        assert form["redirect_uri"] == asked["redirect_uri"]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
        claims = {
            "iss": self.address, "aud": CLIENT, "iat": int(time()), "exp": int(time()) + 300,
            "nonce": asked["nonce"], **self.person, **self.claims,
        }  # fmt: skip
        key = None if self.algorithm == "none" else self.key
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "one"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not self.path.startswith("/authorise?"):
                    self._answer({})
                    return
                # Who comes by a browser is signed in already.
                brought = provider.authorise(f"{provider.address}{self.path}")
                back = provider.asked_by(brought["code"])["redirect_uri"]
                self.send_response(302)
                self.send_header("Location", f"{back}?{urlencode(brought)}")
                self.end_headers()

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer({name: values[0] for name, values in parse_qs(text).items()})

            def _answer(self, form: dict[str, str]) -> None:
                content = provider.answer(self.path, form, self.headers.get("Authorization", ""))
                body = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        return Handler
