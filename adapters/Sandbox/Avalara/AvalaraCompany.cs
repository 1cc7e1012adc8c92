using System.Globalization;

namespace Commerce.Sandbox.Avalara;

/// <summary>What the pretend AvaTax answers.</summary>
internal sealed record TaxAnswer(int Status, TransactionModel? Transaction = null, ErrorModel? Error = null)
{
    public static TaxAnswer Refused(int status, string code, int number, string message, string? description = null) => new(status, Error: new ErrorModel(new ErrorBody(
        code, message, "Unknown", [new ErrorDetailModel(code, number, message, description ?? message, "Client", $"http://developer.avalara.com/avatax/errors/{code}", "Error")])));

    public static TaxAnswer Missing(string code) => Refused(404, "EntityNotFoundError", 4, "Document not found.", $"The document '{code}' was not found.");
}

/// <summary>The documents of the pretend AvaTax: a fold of the journal, in memory.</summary>
internal sealed class AvalaraCompany(SandboxJournal journal, TimeProvider time)
{
    public const string SalesOrder = "SalesOrder", ReturnOrder = "ReturnOrder", Committed = "Committed", Saved = "Saved", Cancelled = "Cancelled";

    private readonly Lock gate = new();
    private readonly Dictionary<(string Company, string Code, string Type), TransactionModel> documents = [];
    private long lastId = 100_000;

    /// <summary>Takes in what the journal holds. Re-entered by nobody: once, before the first request.</summary>
    public void Replay() => journal.Replay(entry => Apply(entry));

    public TaxAnswer Create(CreateModel asked)
    {
        if (asked is not { Type: { } type, Lines.Length: > 0, CustomerCode.Length: > 0, Date.Length: > 0 })
        {
            return TaxAnswer.Refused(400, "ValueRequiredError", 5, "Field value required.", "type, date, customerCode and lines are required.");
        }

        var to = asked.Addresses?.ShipTo ?? asked.Addresses?.SingleLocation;
        if (to is null || AvalaraRates.At(to, asked.Addresses?.ShipFrom, asked.BusinessIdentificationNo) is not { } levied)
        {
            return TaxAnswer.Refused(400, "JurisdictionNotFoundError", 309, "Unable to determine the taxing jurisdictions.", "Address was not found with the region, postal code and country that were given.");
        }

        lock (gate)
        {
            var keeps = type is not (SalesOrder or ReturnOrder);
            var key = (asked.CompanyCode ?? "DEFAULT", asked.Code ?? Guid.NewGuid().ToString(), type);
            if (keeps && documents.TryGetValue(key, out var there) && there.Status is Committed)
            {
                return TaxAnswer.Refused(
                    400, "DocumentCodeConflict", 303, "The document code is in use.", $"A committed document of the code '{key.Item2}' exists. Choose a new code.");
            }

            var document = AvalaraMath.Compute(asked with { Addresses = new AddressesModel(asked.Addresses!.ShipFrom, to, null) }, levied, new TransactionModel
            {
                Id = keeps ? ++lastId : 0,
                Code = key.Item2,
                CompanyCode = key.Item1,
                Date = asked.Date,
                Status = keeps ? asked.Commit ? Committed : Saved : "Temporary",
                Type = type,
                CurrencyCode = asked.CurrencyCode ?? "USD",
                CustomerVendorCode = asked.CustomerCode,
                ReferenceCode = asked.ReferenceCode,
            });

            return new TaxAnswer(201, keeps ? Keep(document) : document);
        }
    }

    public TaxAnswer Get(string company, string code, string? type)
    {
        lock (gate)
        {
            return Find(company, code, type) is { } found ? new TaxAnswer(200, found) : TaxAnswer.Missing(code);
        }
    }

    public TaxAnswer Void(string company, string code, string? type)
    {
        lock (gate)
        {
            return Find(company, code, type) switch
            {
                null => TaxAnswer.Missing(code),
                { Status: Cancelled } => TaxAnswer.Refused(400, "CannotModifyLockedTransaction", 1110, "The transaction cannot be modified.", $"The transaction '{code}' is voided already."),
                var found => new TaxAnswer(200, Keep(found with { Status = Cancelled })),
            };
        }
    }

    /// <summary>A full refund, or a percentage of every line.</summary>
    public TaxAnswer Refund(string company, string code, string? type, RefundModel asked)
    {
        lock (gate)
        {
            if (Find(company, code, type) is not { Status: Committed } sale)
            {
                return TaxAnswer.Missing(code);
            }

            if (asked is not { RefundTransactionCode: { Length: > 0 } refund, RefundType: "Full" or "Percentage" })
            {
                return TaxAnswer.Refused(400, "ValueRequiredError", 5, "Field value required.", "refundTransactionCode, and a refundType that is Full or Percentage here.");
            }

            if (documents.ContainsKey((company, refund, "ReturnInvoice")))
            {
                return TaxAnswer.Refused(400, "DocumentCodeConflict", 303, "The document code is in use.", $"A committed document of the code '{refund}' exists. Choose a new code.");
            }

            var share = asked.RefundType == "Full" ? -1m : -(asked.RefundPercentage ?? 100m) / 100m;
            decimal Part(decimal amount) => decimal.Round(amount * share, 2, MidpointRounding.AwayFromZero);
            var lines = sale.Lines.Select(l => l with
            {
                LineAmount = Part(l.LineAmount),
                Tax = l.Details.Sum(d => Part(d.Tax)),
                TaxableAmount = Part(l.TaxableAmount),
                Details = [.. l.Details.Select(d => d with { Tax = Part(d.Tax), TaxableAmount = Part(d.TaxableAmount) })],
            }).ToArray();

            return new TaxAnswer(201, Keep(sale with
            {
                Id = ++lastId,
                Code = refund,
                Type = "ReturnInvoice",
                Date = asked.RefundDate ?? time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ReferenceCode = asked.ReferenceCode ?? code,
                Lines = lines,
                TotalAmount = lines.Sum(l => l.LineAmount),
                TotalTax = lines.Sum(l => l.Tax),
                TotalTaxable = lines.Sum(l => l.TaxableAmount),
            }));
        }
    }

    public TransactionsModel List(string company)
    {
        lock (gate)
        {
            TransactionModel[] all = [.. documents.Values.Where(d => d.CompanyCode == company).OrderBy(d => d.Id)];
            return new TransactionsModel(all.Length, all);
        }
    }

    private TransactionModel? Find(string company, string code, string? type) => documents.GetValueOrDefault((company, code, type ?? "SalesInvoice"));

    private TransactionModel Keep(TransactionModel document)
    {
        var entry = new SandboxEntry { At = time.GetUtcNow().ToUnixTimeMilliseconds(), Tax = document };
        Apply(entry);
        journal.Append(entry);

        return document;
    }

    private void Apply(SandboxEntry entry)
    {
        if (entry.Tax is { } document)
        {
            documents[(document.CompanyCode, document.Code, document.Type)] = document;
            lastId = Math.Max(lastId, document.Id);
        }
    }
}
