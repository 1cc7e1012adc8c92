using System.Collections.Concurrent;
using System.Globalization;
using Stripe;

namespace Commerce.Payments;

/// <summary>
/// Shoppers as Stripe's customers, and the methods that they keep there. A customer carries our pseudonym and nothing else; it is found by it, or made under a key
/// derived from it, so that two that ask at once get the same one.
/// </summary>
internal sealed class StripeCustomers(StripeCalls calls)
{
    private const int MostKnown = 10_000;

    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>The shopper's customer, made when there is none. What is in doubt here is nothing but a customer without a method: <c>Unavailable</c>.</summary>
    public async Task<Outcome<string>> Of(string shopper, CancellationToken cancellationToken)
    {
        if (await Find(shopper, cancellationToken) is not Outcome<string?>.Ok found)
        {
            return new Outcome<string>.Unavailable(TimeSpan.FromSeconds(1));
        }

        if (found.Value is { } customer)
        {
            return new Outcome<string>.Ok(customer);
        }

        var key = $"shopper:{shopper}";
        var reply = await Create(shopper, key, cancellationToken);
        if (reply.KeyIsSpent)
        {
            reply = await Create(shopper, StripeMetadata.Again(key), cancellationToken);
        }

        return reply.Value is { } made ? new Outcome<string>.Ok(Remember(shopper, made.Id)) : StripeOutcomes.OfUnread<string>(reply.Failure!);
    }

    public async Task<Outcome<ImmutableArray<StoredMethod>>> Methods(string shopper, CancellationToken cancellationToken) =>
        await Find(shopper, cancellationToken) switch
        {
            Outcome<string?>.Ok { Value: { } customer } => await Listed(customer, cancellationToken),
            Outcome<string?>.Ok => new Outcome<ImmutableArray<StoredMethod>>.Ok([]),
            Outcome<string?>.Rejected no => new Outcome<ImmutableArray<StoredMethod>>.Rejected(no.Code, no.Message),
            Outcome<string?>.Unavailable later => new Outcome<ImmutableArray<StoredMethod>>.Unavailable(later.RetryAfter),
            _ => new Outcome<ImmutableArray<StoredMethod>>.Unavailable(TimeSpan.FromSeconds(1)),
        };

    /// <summary>Takes a method from the shopper whose it is, and from no other.</summary>
    public async Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken)
    {
        switch (await Methods(shopper, cancellationToken))
        {
            case Outcome<ImmutableArray<StoredMethod>>.Ok kept when !kept.Value.Any(one => one.Method == method):
                return new Outcome<bool>.Ok(false);
            case Outcome<ImmutableArray<StoredMethod>>.Ok:
                break;
            case Outcome<ImmutableArray<StoredMethod>>.Rejected no:
                return new Outcome<bool>.Rejected(no.Code, no.Message);
            case Outcome<ImmutableArray<StoredMethod>>.Unavailable later:
                return new Outcome<bool>.Unavailable(later.RetryAfter);
            default:
                return new Outcome<bool>.Unavailable(TimeSpan.FromSeconds(1));
        }

        var reply = await calls.Make(
            StripePipelines.Customers,
            method,
            static (stripe, method, cancellation) => stripe.V1.PaymentMethods.DetachAsync(method, new PaymentMethodDetachOptions(), cancellationToken: cancellation),
            cancellationToken);

        return reply.Value is not null ? new Outcome<bool>.Ok(true) : StripeOutcomes.OfFailure<bool>(reply.Failure!, reply.MaybeDone);
    }

    private async Task<Outcome<string?>> Find(string shopper, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(shopper, out var customer))
        {
            return new Outcome<string?>.Ok(customer);
        }

        var reply = await calls.Make(
            StripePipelines.Customers,
            StripeMetadata.Query(StripeMetadata.Shopper, shopper),
            static (stripe, query, cancellation) => stripe.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = query, Limit = 10 }, cancellationToken: cancellation),
            cancellationToken);

        // Two that were made in spite of all: everybody takes the older one.
        return reply.Value is { } found
            ? new Outcome<string?>.Ok((found.Data ?? []).OrderBy(one => one.Created).ThenBy(one => one.Id, StringComparer.Ordinal).FirstOrDefault() is { } first ? Remember(shopper, first.Id) : null)
            : StripeOutcomes.OfUnread<string?>(reply.Failure!);
    }

    private Task<StripeReply<Customer>> Create(string shopper, string key, CancellationToken cancellationToken) => calls.Make(
        StripePipelines.Customers,
        (shopper, key),
        static (stripe, ask, cancellation) => stripe.V1.Customers.CreateAsync(
            new CustomerCreateOptions { Metadata = new(1, StringComparer.Ordinal) { [StripeMetadata.Shopper] = ask.shopper } },
            new RequestOptions { IdempotencyKey = ask.key },
            cancellation),
        cancellationToken);

    private async Task<Outcome<ImmutableArray<StoredMethod>>> Listed(string customer, CancellationToken cancellationToken)
    {
        var reply = await calls.Make(
            StripePipelines.Customers,
            customer,
            static (stripe, customer, cancellation) => stripe.V1.Customers.PaymentMethods.ListAsync(customer, new CustomerPaymentMethodListOptions { Limit = 100 }, cancellationToken: cancellation),
            cancellationToken);

        return reply.Value is { Data: { } kept }
            ? new Outcome<ImmutableArray<StoredMethod>>.Ok([.. kept.Select(Read)])
            : StripeOutcomes.OfUnread<ImmutableArray<StoredMethod>>(reply.Failure ?? new IOException("no list"));
    }

    private static StoredMethod Read(PaymentMethod method) => new(
        method.Id,
        method.Type,
        method.Card?.Brand,
        method.Card?.Last4 ?? method.SepaDebit?.Last4,
        method.Card is { ExpYear: > 0 } card ? string.Create(CultureInfo.InvariantCulture, $"{card.ExpYear:0000}-{card.ExpMonth:00}") : null);

    /// <summary>Forgets all when they are too many: they are found again.</summary>
    private string Remember(string shopper, string customer)
    {
        if (known.Count >= MostKnown)
        {
            known.Clear();
        }

        return known[shopper] = customer;
    }
}
