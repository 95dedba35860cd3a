/// What the standing notices of `status` mean, by their codes.
package enum WarningWords {
  /// Every code with its sentence in Tajik, Russian and English.
  package static let all: [String: [PhraseLanguage: String]] = [
    "quorum-one": [
      .tajik: "Дар ин механизм як шоҳид нуқтаи назоратиро тасдиқ мекунад.",
      .russian: "В этом механизме контрольную точку закрепляет один свидетель.",
      .english: "In this mechanism a single witness settles a checkpoint.",
    ],
    "own-suspended": [
      .tajik:
        "Комиссия ин муассисаро боздошт: ҳеҷ кас чизе ба он намедиҳад. Бо комиссия тамос гиред.",
      .russian:
        "Комиссия приостановила это учреждение: ему ничего не передают. Свяжитесь с комиссией.",
      .english:
        "The commission has suspended this agency: nobody sends it anything. Call the commission.",
    ],
    "own-retired": [
      .tajik: "Ин муассиса аз механизм баромадааст.",
      .russian: "Это учреждение вышло из механизма.",
      .english: "This agency has left the mechanism.",
    ],
    "not-settled": [
      .tajik: "Шоҳидон дафтари ин гиреҳро муддати дароз тасдиқ накардаанд.",
      .russian: "Свидетели давно не закрепляли журнал этого узла.",
      .english: "No witnesses have settled this node's log for too long.",
    ],
    "receipt-not-final": [
      .tajik: "Забонхатҳо ҳастанд, ки баъд аз 24 соат ҳам тасдиқ нашудаанд.",
      .russian: "Есть квитанции, не закреплённые через 24 часа.",
      .english: "There are receipts that are not final after 24 hours.",
    ],
    "log-forked": [
      .tajik: "Як аъзо ду таърихи дафтари худро имзо кардааст; ба он чизе дода намешавад.",
      .russian: "Участник подписал две истории своего журнала; ему ничего не передаётся.",
      .english: "A member signed two histories of its log; nothing is disclosed to it.",
    ],
    "log-closed": [
      .tajik: "Дафтари анҷомёфтаи аъзо давом ёфтааст; бо он тамос гиред.",
      .russian: "Завершённый журнал участника вырос; свяжитесь с ним.",
      .english: "A member's log went on after its end; call its people.",
    ],
    "own-log": [
      .tajik: "Касе бо калиди ин гиреҳ таърихи дигарро имзо кардааст.",
      .russian: "Кто-то подписал другую историю ключом этого узла.",
      .english: "Somebody signed another history with this node's key.",
    ],
    "view-unproved": [
      .tajik: "Аъзо 72 соат боз нишон намедиҳад, ки дафтараш яктост.",
      .russian: "Участник 72 часа не доказывает, что его журнал один.",
      .english: "A member has not shown for 72 hours that its log is one.",
    ],
    "card-behind-log": [
      .tajik: "Гиреҳ дафтари нав кушод; корти навро имзо кунед.",
      .russian: "Узел открыл следующий журнал; подпишите новую карточку.",
      .english: "The node has opened its next log; sign a new card.",
    ],
  ]
}
