"""Abbreviations that end in a full stop, per language, and what tells whether a sentence ends with one.

`BEFORE` are followed by what they belong to (art. 8, dhr. Jansen), whatever its case. `AT_THE_END` may also close a
sentence (enz., Stb., jan.): then a capital letter decides. Dutch ones after the Leidraad voor juridische auteurs and
the lists of the Taalunie; written here without the last full stop, in lower case.
"""

from __future__ import annotations

import re


def _list(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


BEFORE: dict[str, frozenset[str]] = {
    "nl": _list("""
        art artt bijv bv d.w.z d.i dwz i.e o.a o.m r.o rov jo nr nrs no tel tst toestel mw mevr mej dhr hr mr mrs drs
        dr dres ds ir ing prof em h.t jhr mgr zr pr min.pres p pp blz pag par hfdst hst afd bijl aant vgl zie cf cfm
        resp evt m.n m.b.t m.b.v m.i m.i.v m.u.v i.v.m i.p.v i.h.b i.g.v i.o i.o.m i.t.t i.z n.a.v n.l nl o.b.v o.g.v
        o.l.v o.v.v t.a.v t.b.v t.g.v t.h.v t.o.v t.w t.n.v t.t.v a.d.h.v a.h.w b.g.g c.q d.d d.m.v g.v.d v.a v.d v.h
        v.w.b zgn z.g.a.n ca circa max min gem geb ged get gesch wed afz alg arr ambt plv wnd secr pres red tit toel
        uitspr concl conf ongev ong omstr incl excl inz m.nt st str abrvs abrs crvb cbb ecli aanh aanw vzr vz vzngr
        sub ten.1e t.z.v m.a.w a.u.b m.m.v s.v m.h.t i.s.m i.c.m i.m i.r.t p.a p.o p/a t.k kand ad gld uitg ill vert
        bwb mvt mva kst kb kstukken gev
    """),
    "en": _list("""
        mr mrs ms dr prof st art arts sec no nos fig vol ch p pp para paras cf e.g i.e vs v approx tel ext dept hon rev
        gen col capt lt sgt messrs viz incl cl reg regs
    """),
    "fr": _list("""
        m mm mme mlle dr pr me mgr art al n no nos p pp par ex c.-à-d cf env tél st ste av bd vol chap éd réf apr
    """),
    "es": _list("""
        sr sra sres sras srta dr dra d dña prof art arts núm nº n.º n° nro no p pp pág págs p.ej ej tel tfno av avda cap
        vol cf ud uds admón gral lic ing
    """),
    "tr": _list("""
        dr av prof doç yrd uzm vb bkz md m no nr s sf sn tel mah cad sok sk apt blv örn yy alm ing t.c bşk gn müd c
    """),
    "ru": _list("""
        ст ст.ст п пп ч гл им ул пер просп пр д кв корп стр стр-во тел см ср т.е т.н напр обл р-н пос дер проф акад
        доц д-р г-н г-жа рис табл
    """),
    "uk": _list("""
        ст п пп ч гл ім вул пров просп буд кв корп тел див пор т.зв напр обл р-н с м смт проф акад доц д-р рис табл
    """),
    "pl": _list("art ust pkt nr ul al os tel dr mgr inż prof hab im np tj tzw zob por m.in ww woj pow gm str"),
    "ar": _list("د أ م ص.ب ص ت هـ ج ط ف ق.م أ.د م.م"),
    "fa": _list("ص.پ ق.م ص ج ر.ک د"),
    "ps": _list("ص"),
    "am": _list("ዓ.ም ዓ.ዓ ት.ቤት ወ.ዘ.ተ ፕሮፌ ገ.ጽ ሰ.ዓ"),
    "ti": _list("ዓ.ም ዓ.ዓ ገ.ጽ ሰ.ዓ"),
    "so": _list("dr prof tel no lr bg mudane marwo"),
    "ku": _list("dr prof hwd"),
}
BEFORE["prs"] = BEFORE["fa"]

AT_THE_END: dict[str, frozenset[str]] = {
    "nl": _list("""
        enz etc e.d e.v e.a c.s jl a.s l.l o.i.d n.v.t z.o.z stb stcrt trb pb pbeu jr sr mln mld sec u jan feb febr mrt
        apr jun jul aug sep sept okt nov dec ma di wo do vr za zo n.b p.m a.m v.chr n.chr r.o b.v n.v e.e.a a.i q.q n.n
        w.v.t.t.k x l.s h.t.l i.b d.t.v g.g.d vw vb vv rv awb sr rv bw
    """),
    "en": _list("etc jr sr inc ltd co corp a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec esq et.al al"),
    "fr": _list("etc janv févr avr juil sept oct nov déc cie"),
    "es": _list("etc ee.uu a.m p.m ene feb mar abr jun jul ago sept oct nov dic s.a"),
    "tr": _list("vd vs a.ş ltd şti oca şub mar nis haz tem ağu eyl eki kas ara"),
    "ru": _list("г гг в вв т.д т.п т.к др пр руб коп тыс млн млрд мин сек час н.э янв февр мар апр авг сент окт нояб дек"),
    "uk": _list("р рр ст т.д т.п ін грн коп тис млн млрд хв год н.е"),
    "pl": _list("r w itd itp zł gr tys mln mld godz"),
    "ar": _list("الخ إلخ هـ.ش"),
    "fa": _list("غیره"),
    "am": _list("ወዘተ"),
    "ti": _list("ወዘተ"),
    "so": _list("iwm"),
}

NUMBERED: dict[str, frozenset[str]] = {
    # words that are abbreviations only before a number: "lid. 2", "p. 4", "lett. 3"
    "nl": _list("lid leden noot tab tabel afb fig par lett bal cat cel id aanm okt"),
    "en": _list("page line note item"),
}

ORDINARY: dict[str, frozenset[str]] = {
    # words of the language that sentencex takes for abbreviations
    "nl": _list("""
        al best bet dat hand hert lat mand me pan pas pat pers pol prot red stat top trim verg vert vol volg volt
    """),
    "es": _list("""
        anti auto bi bien bis con contra da de des di en entre extra in no nos para post pre pro re sobre sub super
        tras un mar hiper micro mini mega
    """),
    "tr": _list("al ala alta kan ken la nem nev ok sen ver me del"),
    "fr": _list("sec vol"),
    "ru": _list("жен муж кв"),
}

STARTERS: dict[str, frozenset[str]] = {
    # capitalised, these begin sentences and are hardly ever a name: they end a sentence even after an initial
    "nl": _list("""
        de het een dit dat deze die er hij zij ze wij we ik u jij je in op als bij voor na met om wanneer toen daarna
        daarom ook maar en of indien volgens door tijdens uw hun haar mijn onze niet let neem bel kom ga vraag stuur lees
        van tot aan uit alleen alle ieder iedere elke er wie wat waar hoe waarom
    """),
    "en": _list("""
        the a an this that these those he she it they we you i in on at if when but and or as for however there after
        before please your our all no what who where how why
    """),
    "ru": _list("он она оно они в на это эти этот эта мы вы я если когда но и а после для при с по за до"),
    "uk": _list("він вона воно вони в у на це ці цей ця ми ви я якщо коли але і та після для при з по за до"),
    "fr": _list("le la les un une il elle ils elles nous vous je ce cette ces dans sur si quand mais et pour en au"),
    "es": _list("el la los las un una él ella ellos nosotros usted ustedes este esta en si cuando pero y para por al"),
    "tr": _list("bu şu o bir biz siz ben eğer ancak ve ama sonra onlar"),
    "pl": _list("ten ta to on ona oni my wy ja w na jeśli gdy ale i po dla przy z za do"),
}

LIST_ENDINGS = _list("enz etc e.d o.i.d vd vs itd itp т.д т.п др пр الخ إلخ غیره ወዘተ iwm")
"""What closes a list in any language: with a capital letter after it, the sentence ends too."""

NAME_PARTICLES = _list("de den der van ter ten la le el het von di")
"""After an initial these begin a family name (A. De Smet), although they also begin sentences."""
