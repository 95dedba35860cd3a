enum ReferralModelPlaceholder {}
