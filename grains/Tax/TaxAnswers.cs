using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Tax;

/// <summary>What tax vendors answered lately, by what they were asked: one call for all who ask the same, and none for those who ask it again.</summary>
internal sealed class TaxAnswers(TimeProvider clock)
{
    /// <summary>Answers kept at a time; the oldest make room.</summary>
    public const int Limit = 10_000;

    /// <summary>How long an answer holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long it holds that there was none: a vendor in trouble is not asked the same by everybody.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly Queue<Kept> byAge = new();

    /// <summary>The answer, and whether it was known or is being asked for already.</summary>
    public (Task<Outcome<TaxQuote>> Answer, bool Known) Get(string key, Func<Task<Outcome<TaxQuote>>> ask)
    {
        lock (gate)
        {
            if (kept.TryGetValue(key, out var known) && Holds(known))
            {
                return (known.Answer, true);
            }

            var asked = new Kept(key, clock.GetTimestamp(), Task.Run(ask));
            kept[key] = asked;
            byAge.Enqueue(asked);
            while (byAge.Count > Limit)
            {
                var oldest = byAge.Dequeue();
                if (kept.TryGetValue(oldest.Key, out var current) && ReferenceEquals(current, oldest))
                {
                    kept.Remove(oldest.Key);
                }
            }

            return (asked.Answer, false);
        }
    }

    private bool Holds(Kept answer)
    {
        if (!answer.Answer.IsCompleted)
        {
            return true;
        }

        var good = answer.Answer.IsCompletedSuccessfully && answer.Answer.Result is Outcome<TaxQuote>.Ok;

        return clock.GetElapsedTime(answer.Asked) < (good ? Lifetime : Retry);
    }

    /// <summary>Everything that the answer depends on. Of the time its hour: rates change at midnight, wherever that is.</summary>
    public static string Key(string provider, TaxRequest request)
    {
        var content = new StringBuilder(256);
        content.Append(CultureInfo.InvariantCulture, $"{provider}\n{request.Country}\n{request.Region}\n{request.PostalCode}\n{request.Inclusive}\n{request.Export}\n{request.BusinessIn}\n{request.SellerIn}\n");
        content.Append(CultureInfo.InvariantCulture, $"{request.At?.UtcTicks / TimeSpan.TicksPerHour}\n{request.Rounding.Mode}\n{request.Rounding.Level}\n{request.Rounding.Increment}\n");
        foreach (var item in request.Items)
        {
            content.Append(CultureInfo.InvariantCulture, $"{item.Id}\n{item.TaxCategory}\n{item.Amount.Amount}\n{item.Amount.Currency}\n{item.Quantity}\n{item.Sku}\n");
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString())));
    }

    private sealed record Kept(string Key, long Asked, Task<Outcome<TaxQuote>> Answer);
}
