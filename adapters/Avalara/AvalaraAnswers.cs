namespace Commerce.Tax;

/// <summary>What AvaTax answered, in our words: checked against what was asked before it is believed.</summary>
internal static class AvalaraAnswers
{
    private const string Nonsense = "taxes that do not add up with what was asked";

    public static Outcome<TaxQuote> Quote(Transaction answer, TaxRequest request)
    {
        var currency = request.Items[0].Amount.Currency;
        if (answer.CurrencyCode != currency || answer.Lines is not { IsDefault: false } lines || lines.Length != request.Items.Length)
        {
            return AvalaraFailures.Nonsense<TaxQuote>(Nonsense);
        }

        var items = ImmutableArray.CreateBuilder<ItemTax>(request.Items.Length);
        var sum = 0L;
        for (var i = 0; i < request.Items.Length; i++)
        {
            if (lines.FirstOrDefault(l => l.LineNumber == AvalaraDocuments.Number(i)) is not { } line || Item(line, request.Items[i], request.Inclusive, out var due) is not { } item)
            {
                return AvalaraFailures.Nonsense<TaxQuote>(Nonsense);
            }

            items.Add(item);
            sum = checked(sum + due);
        }

        return AvalaraAmounts.Read(answer.TotalTax, currency) == new Money(sum, currency)
            ? new Outcome<TaxQuote>.Ok(new TaxQuote(items.MoveToImmutable()))
            : AvalaraFailures.Nonsense<TaxQuote>(Nonsense);
    }

    /// <param name="type">What it must be a document of.</param>
    /// <param name="currency">What it must be in; null: whatever it is.</param>
    public static Outcome<TaxDocument> Document(Transaction answer, string code, string type, string? currency)
    {
        if (answer.Id is not > 0 || answer.Code != code || answer.Type != type
            || answer.CurrencyCode is not { } said || !Currency.IsKnown(said) || (currency ?? said) != said
            || AvalaraAmounts.Read(answer.TotalTax, said) is not { } tax || tax.IsNegative != (type == AvalaraDocuments.ReturnInvoice && !tax.IsZero))
        {
            return AvalaraFailures.Nonsense<TaxDocument>("a document that was not asked for");
        }

        return answer.Status switch
        {
            "Committed" or "Locked" => Ok(TaxDocumentStatus.Committed),
            "Cancelled" => Ok(TaxDocumentStatus.Voided),
            _ => AvalaraFailures.Nonsense<TaxDocument>($"a document that is {answer.Status}"),
        };

        Outcome<TaxDocument>.Ok Ok(TaxDocumentStatus status) =>
            new(new TaxDocument(code, answer.Id.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), status, tax));
    }

    /// <summary>Null when its parts do not add up.</summary>
    private static ItemTax? Item(TransactionLine line, TaxItem asked, bool inclusive, out long due)
    {
        due = 0;
        var currency = asked.Amount.Currency;
        if (AvalaraAmounts.Read(line.Tax, currency) is not { IsNegative: false } tax
            || AvalaraAmounts.Read(line.LineAmount, currency) is not { IsNegative: false } net
            || (inclusive ? net + tax : net) != asked.Amount)
        {
            return null;
        }

        var taxes = ImmutableArray.CreateBuilder<Pricing.AppliedTax>();
        foreach (var detail in line.Details ?? [])
        {
            if (detail.Rate is not (>= 0 and < 1) || AvalaraAmounts.Read(detail.Tax, currency) is not { IsNegative: false } part || detail.Country is not { Length: 2 })
            {
                return null;
            }

            due = checked(due + part.Amount);
            taxes.Add(new Pricing.AppliedTax(Jurisdiction(detail), detail.TaxName ?? "tax", detail.Rate.Value, AvalaraAmounts.Read(detail.TaxableAmount, currency) ?? net, part));
        }

        return due == tax.Amount ? new ItemTax(asked.Id, net, taxes.ToImmutable()) : null;
    }

    /// <summary><c>DE</c>, <c>US-CA</c>, <c>US-CA-SAN FRANCISCO</c>.</summary>
    private static string Jurisdiction(TransactionDetail detail) => (detail.JurisType ?? detail.JurisdictionType) switch
    {
        "CNT" or "Country" => detail.Country!,
        "STA" or "State" => $"{detail.Country}-{detail.Region}",
        _ => $"{detail.Country}-{detail.Region}-{detail.JurisName}",
    };
}
