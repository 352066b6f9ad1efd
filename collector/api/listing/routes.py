"""Where the inventory's list and its file are asked for."""

from collector.api import screen
from collector.api.listing import answer
from collector.api.listing.shape import Choice, Facet, Heading, Listed, Listing
from collector.api.route import LANGUAGE, SEARCH, WHERE, Parameter, Route

_ASKED = (
    Parameter("kind", "device, circuit, site or service"),
    SEARCH,
    WHERE,
    Parameter("columns", "keys of `headings` with commas between; those of `shown` by default"),
    Parameter("sort", "a column's key, with - before it from the last to the first"),
    LANGUAGE,
)

EXAMPLE = Listing(
    **dict(screen.EXAMPLE),
    kind="device",
    kinds={"device": 3, "circuit": 1, "site": 1, "service": 0},
    total=1,
    page=1,
    pages=1,
    columns=["title", "address"],
    sort="",
    headings=[
        Heading(key="title", title="Tên", number=False),
        Heading(key="address", title="Địa chỉ IP", number=False),
    ],
    shown=["title", "address"],
    facets=[
        Facet(
            field="role",
            title="Loại thiết bị",
            choices=[
                Choice(value="ward-router", word="Router xã", count=1),
                Choice(value="ward-switch", word="Switch xã", count=1),
                Choice(value="access-point", word="Bộ phát Wi-Fi", count=1),
            ],
            more=0,
        )
    ],
    rows=[
        Listed(
            thing="device:hbh-xa-05212-rt01",
            title="Router UBND xã Pà Cò",
            state="unreachable",
            word="Bị che bởi sự cố khác",
            because="TSLCD xã Pà Cò",
            cells=["Router UBND xã Pà Cò", "10.17.52.1"],
        )
    ],
)

ROUTES = (
    Route(
        "GET",
        "/api/v1/inventory",
        answer.listing,
        "Things of one kind by words and filters, in columns, and what narrows the list further",
        EXAMPLE,
        (
            *_ASKED,
            Parameter("page", "from 1; the last where there are not so many", "integer"),
            Parameter("limit", "rows of a page, at most 1000", "integer"),
        ),
        refusals=(400,),
    ),
    Route(
        "GET",
        "/api/v1/inventory.csv",
        answer.export,
        "All that is found, as a file for a spreadsheet",
        "\ufeffTên,Địa chỉ IP\r\nRouter UBND xã Pà Cò,10.17.52.1\r\n",
        _ASKED,
        media=answer.CSV,
        refusals=(400,),
    ),
)
