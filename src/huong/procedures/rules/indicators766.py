"""The 24 indicators of index 766 as the national portal counted them in 2026: what is divided by what, for how many points.

Source: Decision 766/QĐ-TTg of 23 June 2022. The shares at which an indicator has all its points (`full_at`) were worked
out from published scores, not taken from a legal text.
"""

from dataclasses import dataclass
from typing import Final, Literal

Tier = Literal["city", "ward"]
VERSION: Final = "2026-10"

GROUPS: Final[dict[str, tuple[str, str]]] = {
    "transparency": ("Công khai, minh bạch", "Publicity"),
    "dvc-progress-tree": ("Tiến độ giải quyết", "Progress"),
    "provide-online-tree": ("Cung cấp dịch vụ trực tuyến", "Online provision"),
    "formality-online-payment-tree": ("Thanh toán trực tuyến", "Online payment"),
    "dossier-digitized": ("Số hóa hồ sơ", "Digitisation"),
    "handling-satisfaction": ("Mức độ hài lòng", "Satisfaction"),
}


@dataclass(frozen=True)
class Share:
    """A share that earns points.

    Attributes:
        part: the counts that are added to the numerator.
        whole: the counts that are added to the denominator.
        points: how many points all of it earns; 0 for a share that is only watched.
        full_at: from which share on all points are earned.
    """

    part: tuple[str, ...]
    whole: tuple[str, ...]
    points: float = 0
    full_at: float = 1


@dataclass(frozen=True)
class Indicator:
    """One of the 24 indicators (chỉ tiêu).

    Attributes:
        number: its number in the list of the portal.
        key: a stable name.
        group: the portal's name of its group.
        name: in Vietnamese.
        name_en: in English.
        shares: the first is the one shown; empty for one that is asked of people by survey.
        tiers: where it is scored.
    """

    number: int
    key: str
    group: str
    name: str
    name_en: str
    shares: tuple[Share, ...] = ()
    tiers: frozenset[Tier] = frozenset({"city", "ward"})

    @property
    def points(self) -> float:
        """How many points it can earn."""
        return sum(share.points for share in self.shares)


def _one(part: str, whole: str, points: float = 0, full_at: float = 1) -> tuple[Share, ...]:
    return (Share((part,), (whole,), points, full_at),)


_CITY: Final[frozenset[Tier]] = frozenset({"city"})
_A, _B, _C, _D, _E, _F = GROUPS

INDICATORS: Final = (
    Indicator(
        1,
        "published",
        _A,
        "Tỷ lệ thủ tục công bố đúng hạn",
        "Procedures published on time",
        _one("procedures_published_on_time", "procedures_to_publish", 6),
    ),
    Indicator(
        2,
        "updated",
        _A,
        "Tỷ lệ thủ tục cập nhật, công khai đúng hạn",
        "Procedures updated on time",
        _one("procedures_updated_on_time", "procedures_to_update", 4),
    ),
    Indicator(
        3,
        "complete",
        _A,
        "Tỷ lệ thủ tục công khai đầy đủ nội dung",
        "Procedures with complete content",
        _one("procedures_complete", "procedures_published", 2),
    ),
    Indicator(
        4,
        "synced",
        _A,
        "Tỷ lệ hồ sơ đồng bộ trạng thái theo thời gian thực",
        "Dossiers whose status is synced in real time",
        _one("dossiers_synced_on_time", "dossiers_active", 6),
    ),
    Indicator(
        5,
        "on_time",
        _B,
        "Tỷ lệ hồ sơ trước hạn, đúng hạn, trong hạn",
        "Dossiers early, on time or within their limit",
        (Share(("dossiers_done_on_time", "dossiers_open_in_time"), ("dossiers_done", "dossiers_open"), 20),),
    ),
    Indicator(
        6,
        "fully_online",
        _C,
        "Tỷ lệ hồ sơ trực tuyến toàn trình",
        "Dossiers fully online",
        _one("dossiers_fully_online", "dossiers_of_eligible_procedures", 12, 0.8),
        _CITY,
    ),
    Indicator(
        7,
        "offered_online",
        _C,
        "Tỷ lệ thủ tục cung cấp trực tuyến toàn trình",
        "Procedures offered fully online",
        _one("procedures_fully_online", "procedures_eligible"),
    ),
    Indicator(
        8,
        "offered_proactively",
        _C,
        "Tỷ lệ thủ tục cung cấp chủ động",
        "Procedures offered proactively",
        _one("procedures_proactive", "procedures_eligible_proactive"),
        _CITY,
    ),
    Indicator(
        9,
        "proactive",
        _C,
        "Tỷ lệ hồ sơ dịch vụ công chủ động",
        "Dossiers of proactive services",
        _one("dossiers_proactive", "dossiers_of_proactive_procedures"),
        _CITY,
    ),
    Indicator(
        10,
        "channels",
        _C,
        "Tỷ lệ hồ sơ theo hình thức nộp",
        "Dossiers by channel: online, counter, post",
        tuple(
            Share(part, ("received_online", "received_at_counter", "received_by_post", "received_channel_unknown"))
            # a dossier of which nobody wrote down the channel counts as one of the counter
            for part in (
                ("received_online",),
                ("received_at_counter", "received_channel_unknown"),
                ("received_by_post",),
            )
        ),
    ),
    Indicator(
        11,
        "electronic_result",
        _E,
        "Tỷ lệ hồ sơ cấp kết quả điện tử",
        "Dossiers with an electronic result",
        _one("dossiers_with_electronic_result", "dossiers_done_with_document", 6),
    ),
    Indicator(
        12,
        "digitised",
        _E,
        "Tỷ lệ hồ sơ số hóa thành phần hồ sơ",
        "Dossiers with digitised components",
        _one("dossiers_digitised", "dossiers_with_components", 4),
    ),
    Indicator(
        13,
        "e_copies",
        _E,
        "Tỷ lệ xã, phường chứng thực bản sao điện tử",
        "Units offering certified electronic copies",
        _one("units_with_electronic_copies", "units", 2),
    ),
    Indicator(
        14,
        "replaced",
        _E,
        "Tỷ lệ hồ sơ có thành phần được cắt giảm, thay thế bằng dữ liệu",
        "Dossiers with components cut or replaced by data",
        _one("dossiers_with_replaced", "dossiers_with_replaceable", 2, 0.8),
    ),
    Indicator(
        15,
        "reusable",
        _E,
        "Tỷ lệ hồ sơ được thay thế hoàn toàn bằng dữ liệu, chia sẻ để tái sử dụng",
        "Dossiers fully replaced by data and shared for reuse",
        _one("dossiers_fully_replaced", "dossiers_fully_replaceable", 4),
    ),
    Indicator(
        16,
        "population_dossiers",
        _E,
        "Tỷ lệ hồ sơ sử dụng dữ liệu dân cư",
        "Dossiers that use population data",
        _one("dossiers_with_population_data", "dossiers_needing_population_data", 2),
        _CITY,
    ),
    Indicator(
        17,
        "population_procedures",
        _E,
        "Tỷ lệ thủ tục kết nối dữ liệu dân cư",
        "Procedures connected to population data",
        _one("procedures_with_population_data", "procedures_needing_population_data", 2),
        _CITY,
    ),
    Indicator(
        18, "simplified", _F, "Mức độ hài lòng về cắt giảm, đơn giản hóa thủ tục", "Satisfaction with simplification"
    ),
    Indicator(
        19,
        "consulted",
        _F,
        "Tỷ lệ thủ tục được tham vấn ý kiến",
        "Procedures on which those concerned were heard",
        _one("procedures_consulted", "procedures_to_consult"),
    ),
    Indicator(
        20,
        "carried_out",
        _F,
        "Mức độ hài lòng trong thực hiện thủ tục",
        "Satisfaction with how procedures are carried out",
    ),
    Indicator(
        21,
        "petitions_on_time",
        _F,
        "Tỷ lệ phản ánh, kiến nghị xử lý đúng hạn",
        "Petitions handled on time",
        _one("petitions_on_time", "petitions", 6),
    ),
    Indicator(
        22,
        "petitions_satisfied",
        _F,
        "Tỷ lệ hài lòng trong xử lý phản ánh, kiến nghị",
        "Satisfied with how petitions were handled",
        _one("petitions_satisfied", "petitions_done", 6),
    ),
    Indicator(
        23,
        "satisfied",
        _F,
        "Tỷ lệ hài lòng trong tiếp nhận, giải quyết hồ sơ",
        "Satisfied with how dossiers were handled",
        _one("dossiers_satisfied", "dossiers_handled", 6, 0.9),
    ),
    Indicator(
        24,
        "paid_online",
        _D,
        "Tỷ lệ hồ sơ thanh toán trực tuyến",
        "Dossiers paid online",
        (
            Share(("dossiers_paid_online",), ("dossiers_with_fee",), 6),
            Share(("procedures_with_online_payment_used",), ("procedures_with_fee",), 2, 0.8),
            Share(("procedures_with_online_payment",), ("procedures_with_fee",), 2, 0.8),
        ),
    ),
)
