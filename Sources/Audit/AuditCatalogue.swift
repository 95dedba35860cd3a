/// What people read, keyed by code; a second word in the key is a detail that changes the sentence.
enum AuditCatalogue {
  static let sentences = proofs.merging(people) { first, _ in first }

  private static let proofs: [String: Sentence] = [
    "bundle-malformed": Sentence(
      "This line is not in the format, or not in its place; nothing after it was judged.",
      ru: "Эта строка не по формату или не на своём месте; всё после неё не проверено.",
      tg: "Ин сатр ба қолаб мувофиқ нест ё дар ҷои худ нест; баъд аз он чизе санҷида нашуд."
    ),
    "bundle-malformed length": Sentence(
      "This line is longer than the format allows; nothing after it was judged.",
      ru: "Строка длиннее, чем допускает формат; всё после неё не проверено.",
      tg: "Ин сатр аз ҳадди қолаб дарозтар аст; баъд аз он чизе санҷида нашуд."
    ),
    "bundle-malformed end": Sentence(
      "The end of the bundle is not as it must be: something stands in or after its last line.",
      ru: "Конец пакета нарушен: в последней строке или после неё стоит лишнее.",
      tg: "Охири баста вайрон аст: дар сатри охирин ё баъд аз он чизи зиёдатӣ ҳаст."
    ),
    "bundle-truncated": Sentence(
      "The bundle breaks off here; its end line is missing.",
      ru: "Здесь пакет обрывается: заключительной строки нет.",
      tg: "Баста дар ин ҷо канда мешавад: сатри хотимавӣ нест."
    ),
    "bundle-unsupported": Sentence(
      "The bundle has a form that this program does not read.",
      ru: "Пакет в форме, которую эта программа не читает.",
      tg: "Баста дар шаклест, ки ин барнома намехонад."
    ),
    "bundle-altered": Sentence(
      "The file was changed after it was made.",
      ru: "Файл изменён после создания.",
      tg: "Файл баъд аз сохтан тағйир дода шудааст."
    ),
    "bundle-altered lines": Sentence(
      "The file was changed after it was made: its end line counts {1} lines, it has {2}.",
      ru: "Файл изменён после создания: в конце указано строк {1}, а есть {2}.",
      tg: "Файл баъд аз сохтан тағйир ёфтааст: дар охир {1} сатр гуфта шудааст, вале {2} ҳаст."
    ),
    "bundle-altered hash": Sentence(
      "The file was changed after it was made: the hash in its end line is of other bytes.",
      ru: "Файл изменён после создания: хеш в последней строке — от других байтов.",
      tg: "Файл баъд аз сохтан тағйир ёфтааст: ҳеши сатри охирин аз байтҳои дигар аст."
    ),
    "realm-other": Sentence(
      "The bundle is of another realm than the one you named.",
      ru: "Пакет относится к другому реестру (realm), чем указанный вами.",
      tg: "Баста ба феҳристи дигар (realm) тааллуқ дорад, на ба он ки шумо номидед."
    ),
    "register-refused": Sentence(
      "A register does not lead from the founding version, or lacks the commission's signatures ({1}).",
      ru: "Реестр не следует из исходной версии или не имеет подписей комиссии ({1}).",
      tg: "Феҳрист аз нусхаи аввал намебарояд ё имзоҳои комиссия надорад ({1})."
    ),
    "card-refused": Sentence(
      "A card or suspension is not signed as it must be ({0}, {1}).",
      ru: "Карточка или приостановление подписаны не так, как положено ({0}, {1}).",
      tg: "Корт ё боздошт чунон ки бояд имзо нашудааст ({0}, {1})."
    ),
    "policy-missing": Sentence(
      "The event names a policy that is not in the bundle.",
      ru: "Событие называет политику, которой нет в пакете.",
      tg: "Рӯйдод сиёсатеро ном мебарад, ки дар баста нест."
    ),
    "policy-missing newest": Sentence(
      "The policy in force is not in the bundle, or cannot be read; one cosignature was taken to settle.",
      ru:
        "Действующей политики нет в пакете или она не читается; принято, что достаточно одной подписи свидетеля.",
      tg: "Сиёсати амалкунанда дар баста нест ё хонда намешавад; як имзои шоҳид кофӣ ҳисоб шуд."
    ),
    "register-unknown": Sentence(
      "The event names a register version that is not in the bundle.",
      ru: "Событие называет версию реестра, которой нет в пакете.",
      tg: "Рӯйдод нусхаи феҳристеро ном мебарад, ки дар баста нест."
    ),
    "agency-unknown": Sentence(
      "The event names {0}, which is no member.",
      ru: "Событие называет {0}, который не является участником.",
      tg: "Рӯйдод {0}-ро ном мебарад, ки аъзо нест."
    ),
    "quorum-one": Sentence(
      "In this realm a single witness settles a checkpoint.",
      ru: "В этом механизме контрольную точку закрепляет один свидетель.",
      tg: "Дар ин механизм як шоҳид нуқтаи назоратиро тасдиқ мекунад."
    ),
    "leaf-mismatch": Sentence(
      "What is shown of this event is not what was logged.",
      ru: "Показанное об этом событии не совпадает с записанным в журнал.",
      tg: "Он чи аз ин рӯйдод нишон дода шуд, бо навишти дафтар мувофиқ нест."
    ),
    "root-mismatch": Sentence(
      "These leaves do not give the root that the log signed.",
      ru: "Эти записи не дают корня, который подписал журнал.",
      tg: "Ин навиштаҳо решаеро, ки дафтар имзо кардааст, намедиҳанд."
    ),
    "root-mismatch head": Sentence(
      "The root in the head is not the one in the signed checkpoint.",
      ru: "Корень в заголовке не тот, что в подписанной контрольной точке.",
      tg: "Решаи сарлавҳа бо решаи нуқтаи имзошуда мувофиқ нест."
    ),
    "checkpoint-signature": Sentence(
      "The checkpoint of {0} at size {1} is not signed by the key of that log.",
      ru: "Контрольная точка {0} размера {1} не подписана ключом этого журнала.",
      tg: "Нуқтаи назоратии {0} бо андозаи {1} бо калиди ин дафтар имзо нашудааст."
    ),
    "cosignature-invalid": Sentence(
      "A line in the name of witness {0} does not verify.",
      ru: "Строка от имени свидетеля {0} не проходит проверку.",
      tg: "Сатре аз номи шоҳиди {0} санҷишро намегузарад."
    ),
    "log-forked": Sentence(
      "There are two roots for {0} at size {1}; the other is in {2}. The log was shown differently to different readers.",
      ru:
        "Для {0} размера {1} есть два корня; другой — в {2}. Журнал показывали разным читателям по-разному.",
      tg:
        "Барои {0} бо андозаи {1} ду реша ҳаст; дигараш дар {2}. Дафтар ба хонандагони гуногун гуногун нишон дода шудааст."
    ),
    "log-closed": Sentence(
      "{0} ended at size {1} when its next log was opened, and went on to size {2}.",
      ru: "{0} завершён на размере {1}, когда открыт следующий журнал, но вырос до {2}.",
      tg: "{0} ҳангоми кушодани дафтари навбатӣ бо андозаи {1} анҷом ёфт, вале то {2} калон шуд."
    ),
    "succeed-misplaced": Sentence(
      "A log after the first must say in its first leaf, and nowhere else, which log it follows.",
      ru: "Журнал после первого должен в первой записи, и только в ней, назвать предыдущий.",
      tg:
        "Дафтари баъд аз аввал бояд дар навишти якум, ва танҳо дар он, дафтари пешинаро ном барад."
    ),
    "receipt-not-final": Sentence(
      "No settled checkpoint of {0} extends its receipts for these messages.",
      ru: "Ни одна закреплённая контрольная точка {0} не продолжает квитанции об этих сообщениях.",
      tg: "Ягон нуқтаи тасдиқшудаи {0} забонхатҳои ин паёмҳоро фаро намегирад."
    ),
    "event-unopened": Sentence(
      "The agency cannot show this event.",
      ru: "Учреждение не может показать это событие.",
      tg: "Муассиса ин рӯйдодро нишон дода наметавонад."
    ),
    "event-malformed": Sentence(
      "The {0} part of this event is not in the form of its type.",
      ru: "Часть события ({0}) не по форме своего типа.",
      tg: "Қисми рӯйдод ({0}) ба шакли намуди худ мувофиқ нест."
    ),
    "event-malformed person": Sentence(
      "The event and the line disagree on whether it is about a person.",
      ru: "Событие и строка расходятся в том, касается ли оно человека.",
      tg: "Рӯйдод ва сатр дар бораи он ки ба шахс дахл дорад ё не, мувофиқ нестанд."
    ),
    "index-mismatch": Sentence(
      "The event names another index, log or realm than where it stands.",
      ru: "Событие называет другой номер, журнал или реестр, чем его место.",
      tg: "Рӯйдод рақам, дафтар ё феҳристи дигарро ном мебарад."
    ),
    "time-decreasing": Sentence(
      "The time of this event cannot be right.",
      ru: "Время этого события не может быть верным.",
      tg: "Вақти ин рӯйдод дуруст буда наметавонад."
    ),
    "time-decreasing before": Sentence(
      "This event is dated before the one that precedes it.",
      ru: "Событие датировано раньше предыдущего.",
      tg: "Санаи ин рӯйдод аз рӯйдоди пешина барвақттар аст."
    ),
    "time-decreasing after": Sentence(
      "This event is dated more than 24 hours after witnesses had already seen it.",
      ru: "Событие датировано более чем на 24 часа позже, чем его уже видели свидетели.",
      tg: "Санаи ин рӯйдод аз вақте, ки шоҳидон онро дида буданд, зиёда аз 24 соат дертар аст."
    ),
    "grant-missing": Sentence(
      "The disclosure names grant {0}, and there is no such grant.",
      ru: "Передача ссылается на разрешение {0}, а его нет.",
      tg: "Додани маълумот ба иҷозати {0} такя мекунад, вале чунин иҷозат нест."
    ),
    "grant-not-in-bundle": Sentence(
      "The disclosure rests on grant {0} of {1}, whose bundle was not given.",
      ru: "Передача опирается на разрешение {0} журнала {1}, пакет которого не предоставлен.",
      tg: "Додани маълумот ба иҷозати {0} аз {1} такя мекунад, ки бастааш дода нашудааст."
    ),
    "grant-withdrawn": Sentence(
      "Data was disclosed under grant {0} after it was withdrawn (leaf {1}).",
      ru: "Данные переданы по разрешению {0} после его отзыва (запись {1}).",
      tg: "Маълумот бо иҷозати {0} баъд аз бозпасгирии он дода шуд (навишти {1})."
    ),
    "grant-expired": Sentence(
      "Data was disclosed under grant {0} after it had run out.",
      ru: "Данные переданы по разрешению {0} после истечения его срока.",
      tg: "Маълумот бо иҷозати {0} баъд аз гузаштани муҳлат дода шуд."
    ),
    "grant-scope": Sentence(
      "The disclosure goes beyond grant {0}: recipient, purpose, policy or groups differ.",
      ru:
        "Передача выходит за пределы разрешения {0}: другой получатель, цель, политика или группы.",
      tg:
        "Додани маълумот аз ҳадди иҷозати {0} берун аст: қабулкунанда, мақсад, сиёсат ё гурӯҳҳо дигаранд."
    ),
    "grant-used-twice": Sentence(
      "A second referral was opened under grant {0}.",
      ru: "По разрешению {0} открыто второе направление.",
      tg: "Бо иҷозати {0} роҳхати дуюм кушода шуд."
    ),
    "seq-gap": Sentence(
      "Numbers {1} to {2} to {0} are missing.",
      ru: "Нет номеров с {1} по {2} для {0}.",
      tg: "Рақамҳои {1} то {2} барои {0} нестанд."
    ),
    "seq-reused": Sentence(
      "Number {1} to {0} was used before.",
      ru: "Номер {1} для {0} уже использован.",
      tg: "Рақами {1} барои {0} пештар истифода шудааст."
    ),
    "receipt-missing": Sentence(
      "The bundle holds no receipt of {0} for this disclosure.",
      ru: "В пакете нет квитанции {0} об этой передаче.",
      tg: "Дар баста забонхати {0} барои ин додани маълумот нест."
    ),
    "receipt-mismatch": Sentence(
      "The receipt of {0} does not verify, or speaks of something else.",
      ru: "Квитанция {0} не проходит проверку или говорит о другом.",
      tg: "Забонхати {0} санҷишро намегузарад ё дар бораи чизи дигар аст."
    ),
    "counterpart-missing": Sentence(
      "The logs of {0} and {1} do not agree on this message.",
      ru: "Журналы {0} и {1} расходятся об этом сообщении.",
      tg: "Дафтарҳои {0} ва {1} дар бораи ин паём мувофиқ нестанд."
    ),
    "counterpart-missing answer": Sentence(
      "{0} proves that {1} answered this message, and the log of {1} does not show it.",
      ru: "{0} доказывает, что {1} ответил на сообщение, а журнал {1} этого не показывает.",
      tg: "{0} исбот мекунад, ки {1} ба ин паём ҷавоб дод, вале дафтари {1} инро нишон намедиҳад."
    ),
    "counterpart-missing log-absent": Sentence(
      "{1} answered this message of {0} in a log whose bundle was not given.",
      ru: "{1} ответил на сообщение {0} в журнале, пакет которого не предоставлен.",
      tg: "{1} ба ин паёми {0} дар дафтаре ҷавоб дод, ки бастааш дода нашудааст."
    ),
    "counterpart-missing older": Sentence(
      "The bundle of the other agency is older than this message between {0} and {1}.",
      ru: "Пакет другого учреждения старше этого сообщения между {0} и {1}.",
      tg: "Бастаи муассисаи дигар аз ин паёми байни {0} ва {1} кӯҳнатар аст."
    ),
    "counterpart-missing under-way": Sentence(
      "This message of {0} had not reached {1} yet; it may be under way.",
      ru: "Сообщение {0} ещё не дошло до {1}; возможно, оно в пути.",
      tg: "Ин паёми {0} ҳанӯз ба {1} нарасидааст; шояд дар роҳ бошад."
    ),
    "counterpart-missing cancelled": Sentence(
      "{1} holds this message, which {0} logged as never sent.",
      ru: "{1} хранит сообщение, которое {0} записал как неотправленное.",
      tg: "{1} паёмеро дорад, ки {0} онро фиристоданашуда сабт кардааст."
    ),
    "counterpart-missing lost": Sentence(
      "This message of {0} never reached {1}, and its time has run out.",
      ru: "Сообщение {0} так и не дошло до {1}, и его срок истёк.",
      tg: "Ин паёми {0} ба {1} нарасид ва муҳлаташ гузашт."
    ),
    "counterpart-missing unknown": Sentence(
      "{1} received this message from {0}, and the log of {0} does not hold it, or says it was never sent.",
      ru:
        "{1} получил сообщение от {0}, а в журнале {0} его нет или сказано, что его не отправляли.",
      tg:
        "{1} ин паёмро аз {0} гирифт, вале дар дафтари {0} он нест ё гуфта шудааст, ки фиристода нашуд."
    ),
    "agency-absent": Sentence(
      "No bundle of {0} was given: {1} messages to it and {2} from it cannot be compared; a second view of its log could not be found.",
      ru:
        "Пакет {0} не предоставлен: нельзя сверить {1} сообщений к нему и {2} от него; подмену его журнала обнаружить нельзя.",
      tg:
        "Бастаи {0} дода нашуд: {1} паём ба он ва {2} паём аз онро муқоиса кардан мумкин нест; нусхаи дигари дафтари онро ёфтан имкон надорад."
    ),
    "erase-without-cause": Sentence(
      "An erasure names no earlier withdrawal, expiry, receipt or cancellation as its cause.",
      ru: "Удаление не называет причиной более ранний отзыв, истечение, получение или отмену.",
      tg: "Несткунӣ бозпасгирӣ, гузашти муҳлат, қабул ё бекоркунии пештараро сабаб намебарад."
    ),
    "erase-not-done": Sentence(
      "The log says this was erased (leaf {0}), and the agency can still open it.",
      ru: "По журналу это удалено (запись {0}), а учреждение всё ещё может это открыть.",
      tg:
        "Дафтар мегӯяд, ки ин нест карда шуд (навишти {0}), вале муассиса онро ҳанӯз кушода метавонад."
    ),
    "person-unopened-without-erase": Sentence(
      "The personal part is gone, and no logged erasure covers it.",
      ru: "Личная часть исчезла, и ни одно записанное удаление её не охватывает.",
      tg: "Қисми шахсӣ нест, ва ягон несткунии сабтшуда онро дар бар намегирад."
    ),
    "staff-same-person": Sentence(
      "An exception needs two different persons; here the second is the first, or the first is not named.",
      ru:
        "Исключение требует двух разных лиц; здесь второе лицо — то же самое, или первое не названо.",
      tg:
        "Истисно ду шахси гуногунро мехоҳад; ин ҷо дуюмӣ ҳамон аввалӣ аст ё аввалӣ номбар нашудааст."
    ),
    "exception-used": Sentence(
      "The lawful exception {0} was used; it is to be reviewed.",
      ru: "Применено законное исключение {0}; его следует рассмотреть.",
      tg: "Истиснои қонунии {0} истифода шуд; он бояд баррасӣ шавад."
    ),
    "exception-too-long": Sentence(
      "An exception was granted for longer than the policy allows, or for more than 72 hours.",
      ru: "Исключение дано дольше, чем разрешает политика, или более чем на 72 часа.",
      tg: "Истисно дарозтар аз он чи сиёсат иҷозат медиҳад ё зиёда аз 72 соат дода шудааст."
    ),
    "not-settled": Sentence(
      "No settled checkpoint covers these leaves yet.",
      ru: "Эти записи пока не покрыты закреплённой контрольной точкой.",
      tg: "Ин навиштаҳоро ҳанӯз нуқтаи тасдиқшуда фаро нагирифтааст."
    ),
  ]
}
