"""Monitoring: six numbers, then trends; every number leads to the questions behind it."""

from pages.parts import frame

frame.enter("monitoring")

import streamlit as st  # noqa: E402

from core.monitoring import report as reports  # noqa: E402
from core.monitoring.alerts import find_alerts  # noqa: E402
from core.monitoring.value import worth_of  # noqa: E402
from core.state import traces  # noqa: E402
from pages.parts import services, watch  # noqa: E402
from pages.parts.language import lang, number, say, say_count  # noqa: E402

PERIODS = {"day": reports.DAY_S, "week": 7 * reports.DAY_S, "month": 30 * reports.DAY_S, "ever": 0.0}


def draw_filters() -> reports.Filter:
    """The period, and language, route and engine where the questions differ in them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.segmented_control(
            say("monitoring.period"),
            list(PERIODS),
            format_func=lambda name: say(f"monitoring.period_{name}"),
            default="month",
            required=True,
            key="period",
            label_visibility="collapsed",
        )
        wanted = reports.last(PERIODS[period])
        held = watch.kinds(wanted.since)
        chosen = {name: watch.choose(name, values) for name, values in held.items() if len(values) > 1}
    return reports.Filter(since=wanted.since, **chosen)


def draw_alerts(found: reports.Report) -> None:
    for alert in find_alerts(found, services.settings()):
        said = say(f"monitoring.alert_{alert.key}", value=number(alert.value, 0), limit=number(alert.limit, 0))
        st.warning(said, icon=":material/notification_important:")


def draw_value(found: reports.Report) -> None:
    """What the answers are worth, and the assumptions behind it."""
    settings = services.settings()
    worth = worth_of(found, settings)
    st.subheader(say("monitoring.value"), anchor=False)
    with st.container(horizontal=True):
        st.metric(say("monitoring.hours_saved"), number(worth.hours_saved, 1), width="content")
        st.metric(say("monitoring.worth"), number(worth.worth, 0), width="content")
        st.metric(say("monitoring.verified"), number(worth.verified), width="content")
    minutes, cost = settings.get("minutes_by_hand"), settings.get("hour_cost")
    st.caption(say("monitoring.assumes", minutes=number(minutes), cost=number(cost)))


def main() -> None:
    st.title(say("monitoring.title"), anchor=False)
    db = services.workspace().db
    if not traces.count(db):
        st.markdown(say("monitoring.empty"))
        if st.button(say("monitoring.ask_first"), type="primary", icon=":material/forum:", key="to-chat"):
            st.switch_page(watch.CHAT_PAGE)
        return
    wanted = draw_filters()
    found = reports.make_report(db, wanted)
    if not found.questions:
        st.markdown(say("monitoring.none_here"))
        return
    st.caption(say_count("monitoring.counted", found.questions))
    draw_alerts(found)
    watch.draw_numbers(found)
    watch.draw_trends(found, lang())
    left, right = st.columns([3, 2], gap="large")
    with left:
        watch.draw_questions(db, found)
    with right:
        watch.draw_stages(found, lang())
        draw_value(found)
    watch.draw_holdings()


main()
