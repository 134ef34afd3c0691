"""Problem details (RFC 9457) with a hint, in English or Chinese. Never a piece of the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

MEDIA = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; its code is the end of ``type`` (``urn:hub:problem:<code>``)."""

    status: int
    title: Text
    hint: Text


KINDS: dict[str, Kind] = {
    "malformed": Kind(
        400,
        Text("The request is not a CloudEvent", "请求不是 CloudEvents 消息"),
        Text("send CloudEvents 1.0 JSON: structured, binary or batch", "请以结构化、二进制或批量方式发送 CloudEvents"),
    ),
    "unauthorized": Kind(
        401,
        Text("No valid token", "缺少有效令牌"),
        Text(
            "send 'Authorization: Bearer <token>'; the token was shown when the source was registered",
            "请在 Authorization 头中携带注册时给出的令牌",
        ),
    ),
    "forbidden": Kind(
        403,
        Text("Not allowed with this token", "该令牌无此权限"),
        Text("use the token of the source or department concerned", "请使用该来源或该部门自己的令牌"),
    ),
    "denied": Kind(
        403,
        Text("The answer is denied", "不予答复"),
        Text("content.reason says why; a purpose is always required", "原因见 content.reason；查询必须说明用途"),
    ),
    "not_found": Kind(
        404,
        Text("Not here", "不存在"),
        Text("check the path; GET /openapi.json lists what there is", "请核对路径；GET /openapi.json 列出全部接口"),
    ),
    "not_available": Kind(
        404,
        Text("There is no such query", "没有这种查询"),
        Text("lists, rankings and watch-lists of people do not exist here", "本系统不提供人员名单、排名或关注名单"),
    ),
    "method": Kind(
        405,
        Text("This method is not offered here", "不支持该方法"),
        Text("see the Allow header", "请见 Allow 头"),
    ),
    "conflict": Kind(
        409,
        Text("Another content was sent under this id", "同一编号下已有不同内容"),
        Text("give a changed statement a new id and the next revision", "内容有变时请使用新的编号并递增 revision"),
    ),
    "lease": Kind(
        409,
        Text("The item is not yours to complete", "该事项的认领已失效"),
        Text("read the queue again and claim the item anew", "请重新读取队列并重新认领"),
    ),
    "too_large": Kind(
        413,
        Text("The request is too large", "请求过大"),
        Text("send fewer events at once, and only the index of evidence", "请分批发送；只报送证据索引，不报送证据"),
    ),
    "cursor_expired": Kind(
        410,
        Text("The place to go on from is no longer known", "断点已失效"),
        Text(
            "read the queue (GET /v1/queues/{organ}), then follow the stream with after=now",
            "请先读取队列（GET /v1/queues/{organ}），再以 after=now 重新订阅",
        ),
    ),
    "media_type": Kind(
        415,
        Text("This content type is not taken", "不支持该内容类型"),
        Text(
            "application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce- headers",
            "可用 application/cloudevents+json、application/cloudevents-batch+json，或带 ce- 头的 application/json",
        ),
    ),
    "invalid": Kind(
        422,
        Text("The event does not keep the contract", "消息不符合契约"),
        Text("correct the named fields and send it under a new id", "请更正所列字段后以新编号重发"),
    ),
    "classification": Kind(
        422,
        Text("The classification is missing or too high", "密级标识缺失或超出本系统许可"),
        Text(
            "set dataclassification: public, internal or work_secret; state secrets never come here",
            "请填写 dataclassification：public、internal 或 work_secret；国家秘密不得进入本系统",
        ),
    ),
    "signature": Kind(
        403,
        Text("The signature does not hold", "签名无效"),
        Text(
            "sign the event with a key registered for its source (detached JWS, EdDSA)",
            "请用该来源已登记的密钥签名（EdDSA 分离式 JWS）",
        ),
    ),
    "petitioner_data": Kind(
        422,
        Text("Data of a petitioner stand in clear", "内容含未加密的信访人信息"),
        Text("seal them to the custodians' keys (JWE in `petitioner`)", "请先加密为 JWE 再填入 petitioner"),
    ),
    "unknown_type": Kind(
        422,
        Text("This type of event is not taken", "不接收该类型的消息"),
        Text("use a type of the contract, with the prefix hub.", "请使用契约规定的类型，并加前缀 hub."),
    ),
    "not_competent": Kind(
        403,
        Text("This source may not send such an event", "该来源无权报送此类消息"),
        Text("let the competent body or organ send it", "请由有权机关报送"),
    ),
    "unavailable": Kind(
        503,
        Text("A part of the hub does not answer just now", "系统部分服务暂不可用"),
        Text(
            "send the same request again after Retry-After seconds", "请按 Retry-After 秒数后原样重发；不会丢失或重复"
        ),
    ),
    "disk_full": Kind(
        503,
        Text("The hub has no room left on its disk", "系统磁盘空间不足，暂停接收"),
        Text(
            "operations has to make room; send the same request again after Retry-After seconds",
            "请通知运维清理磁盘，并按 Retry-After 秒数后原样重发；不会丢失或重复",
        ),
    ),
    "internal": Kind(
        500,
        Text("The hub made a mistake", "系统内部错误"),
        Text("send it again later; if it stays, tell operations the time", "请稍后重发；如仍出现，请将时间告知运维"),
    ),
}
_BY_REASON = {
    "classification": "classification", "id_clash": "conflict", "not_competent": "not_competent",
    "petitioner_data": "petitioner_data", "signature": "signature", "unknown_type": "unknown_type",
}  # fmt: skip
_BY_STATUS = {400: "malformed", 403: "forbidden", 409: "conflict", 413: "too_large", 415: "media_type", 422: "invalid"}


class Problem(Exception):
    """Ends a request with problem details. ``detail`` and ``extra`` hold nothing of what was sent."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.status = status or self.kind.status
        self.detail = detail
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def body(self, language: str) -> dict[str, Any]:
        """The problem as a JSON object."""
        title, hint = (getattr(text, language) for text in (self.kind.title, self.kind.hint))
        return {
            "type": f"urn:hub:problem:{self.code}",
            "title": title,
            "status": self.status,
            "detail": self.detail or title,
            "hint": hint,
            **self.extra,
        }


def of_verdict(status: int, reason: str | None, detail: str) -> Problem:
    """The problem that a refused event gets."""
    code = _BY_REASON.get(reason or "") or _BY_STATUS.get(status, "invalid")
    return Problem(code, detail, status=status, extra={"reason": reason} if reason else None)


def language(accept: str) -> str:
    """``zh`` where the header prefers Chinese to English, else ``en``."""
    weights: dict[str, float] = {}
    for place, part in enumerate(accept.lower().split(",")[:20]):
        tag, _, parameter = part.strip().partition(";")
        name = tag.strip().partition("-")[0]
        weights.setdefault(name, _quality(parameter) - place / 1_000)
    return "zh" if weights.get("zh", 0) > max(weights.get("en", 0), weights.get("*", 0)) else "en"


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
    except ValueError:
        return 0.0


def respond(request: Request, problem: Problem) -> JSONResponse:
    """The response for a problem."""
    spoken = language(request.headers.get("accept-language", ""))
    headers = {**problem.headers, "content-language": spoken}
    return JSONResponse(problem.body(spoken), problem.status, headers, MEDIA)
