namespace Commerce.Sandbox.Avalara;

/// <summary>How the pretend AvaTax computes: a rounding for each line, shared out by its jurisdictions.</summary>
internal static class AvalaraMath
{
    private const string NotTaxable = "NT", Food = "PF050001";

    public static TransactionModel Compute(CreateModel asked, Levied[] levied, TransactionModel document)
    {
        var places = Places(document.CurrencyCode);
        var lines = asked.Lines!.Select((line, i) => Line(line, i, asked.Addresses!.ShipTo!, levied, places)).ToArray();

        return document with
        {
            Lines = lines,
            TotalAmount = lines.Sum(l => l.LineAmount),
            TotalTax = lines.Sum(l => l.Tax),
            TotalTaxable = lines.Sum(l => l.TaxableAmount),
        };
    }

    private static TransactionLineModel Line(LineModel line, int index, AddressModel to, Levied[] levied, int places)
    {
        decimal Rate(Levied one) => line.TaxCode switch { NotTaxable => 0, Food => one.Reduced, _ => one.Rate };

        var (sign, amount, rate) = (Math.Sign(line.Amount), Math.Abs(line.Amount), levied.Sum(Rate));
        var tax = decimal.Round(line.TaxIncluded ? amount * rate / (1 + rate) : amount * rate, places, MidpointRounding.AwayFromZero);
        var net = line.TaxIncluded ? amount - tax : amount;
        var (details, left) = (new DetailModel[levied.Length], tax);
        for (var i = 0; i < levied.Length; i++)
        {
            var part = i == levied.Length - 1 ? left : Math.Min(left, decimal.Round(net * Rate(levied[i]), places, MidpointRounding.ToZero));
            left -= part;
            details[i] = new DetailModel(
                to.Country!, to.Region ?? to.Country!, levied[i].JurisType, levied[i].JurisName, levied[i].TaxName, Rate(levied[i]), sign * part, Rate(levied[i]) == 0 ? 0 : sign * net);
        }

        return new TransactionLineModel(
            line.Number ?? (index + 1).ToString(provider: null), line.Quantity ?? 1, sign * net, sign * tax, rate == 0 ? 0 : sign * net, line.TaxCode, line.ItemCode, line.TaxIncluded, details);
    }

    private static int Places(string currency) => currency switch
    {
        "JPY" or "KRW" or "CLP" or "ISK" or "VND" => 0,
        "KWD" or "BHD" or "OMR" or "JOD" or "TND" => 3,
        _ => 2,
    };
}
