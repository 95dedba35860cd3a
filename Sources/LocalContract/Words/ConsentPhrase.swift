/// A sentence of the commands about consent and what surrounds it, in every language.
///
/// `{0}`, `{1}`… stand for what is filled in. What is read to a survivor is plain and names nothing
/// that could harm her if somebody else reads it.
package enum ConsentPhrase: String, CaseIterable, Sendable {
  case yesNo
  case yesWords
  case noWords
  case sayYesOrNo
  case chooseOne
  case inputEnded
  case wizardStart
  case whoDecides
  case relationToHer
  case adultOrChild
  case ageBand
  case howExplained
  case whoInterprets
  case interpreterIndependent
  case whoCameAlong
  case whoSupports
  case bornOn
  case whoMustNotKnow
  case childAssent
  case suspectCaregiver
  case readToHer
  case share
  case shareAlso
  case passOn
  case countryNamed
  case withdrawalExplained
  case teachBack
  case howShown
  case whoWitnessed
  case wantsReceipt
  case receiptDangerous
  case nothingAgreed
  case notKept
  case receiptTitle
  case receiptNumber
  case receiptDate
  case receiptYes
  case receiptNo
  case receiptUntil
  case receiptTakeBack
  case receiptWithheld
  case reasonPrompt
  case exceptionUsed
  case secondStands
  case tellHer
  case reviewLine
  case reviewed
  case nothingToReview
  case recorded
  case recordedLate
  case slipPlease
  case slipWord
  case slipNeeds
  case slipSpeaks
  case slipThanks
  case contactOpened
  case callBackFirst
  case wordKnown
  case wordUnknown
  case contactCase
  case lapsedNone
  case lapsedLine
  case dueLine
  case lapsedWord
  case storyLine
  case storyWhole
  case storyBroken
  case ownTaken
  case counted
  case countLine
  case countHidden
  case tallyCount
  case journeyLine
  case journeyTravelling
  case journeyArrived
  case journeyMissed
  case acrossBorder
  case insideBorder
  case exportedCase

  /// The text in a language.
  func text(_ language: PhraseLanguage) -> String {
    Self.table[self]?[language] ?? rawValue
  }
}

extension Phrasebook {
  /// A phrase about consent with its places filled.
  package func callAsFunction(_ phrase: ConsentPhrase, _ values: String...) -> String {
    Self.fill(phrase.text(language), values)
  }

  /// The words that mean yes, and those that mean no.
  package var answers: (yes: [String], no: [String]) {
    func words(_ phrase: ConsentPhrase) -> [String] {
      phrase.text(language).split(separator: ",").map(String.init)
    }
    return (words(.yesWords), words(.noWords))
  }
}
