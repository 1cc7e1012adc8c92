using System.Text.Json.Serialization;

namespace Commerce;

/// <summary>An amount of money in minor units (cents, pence, yen) of one ISO 4217 currency. Signed; never a fraction of a unit.</summary>
/// <remarks>
/// Arithmetic is checked: an overflow throws <see cref="OverflowException"/>, two currencies throw <see cref="CommerceException"/>
/// with <see cref="MoneyErrors.CurrencyMismatch"/>. There is no multiplication by a fraction here: that needs a
/// <see cref="Pricing.RoundingPolicy"/>.
/// </remarks>
/// <param name="Amount">Minor units: 1299 is 12.99 EUR, 1299 JPY or 1.299 KWD.</param>
/// <param name="Currency">ISO 4217 code, three capital letters.</param>
[GenerateSerializer, Immutable, Alias("commerce.money")]
public readonly record struct Money([property: Id(0)] long Amount, [property: Id(1)] string Currency) : IComparable<Money>
{
    public static Money Zero(string currency) => new(0, currency);

    [JsonIgnore]
    public bool IsZero => Amount == 0;

    [JsonIgnore]
    public bool IsNegative => Amount < 0;

    public static Money operator +(Money left, Money right) => new(checked(left.Amount + right.Same(left).Amount), left.Currency);

    public static Money operator -(Money left, Money right) => new(checked(left.Amount - right.Same(left).Amount), left.Currency);

    public static Money operator -(Money money) => new(checked(-money.Amount), money.Currency);

    public static Money operator *(Money money, long times) => new(checked(money.Amount * times), money.Currency);

    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    public static Money Add(Money left, Money right) => left + right;

    public static Money Subtract(Money left, Money right) => left - right;

    public static Money Negate(Money money) => -money;

    public static Money Multiply(Money money, long times) => money * times;

    public static Money Min(Money left, Money right) => left <= right ? left : right;

    /// <summary>Orders two amounts of one currency. Two currencies have no order: throws.</summary>
    public int CompareTo(Money other) => Amount.CompareTo(other.Same(this).Amount);

    /// <summary>For people and logs: <c>12.99 EUR</c>.</summary>
    public override string ToString() => $"{Commerce.Currency.Format(Amount, Currency)} {Currency}";

    private Money Same(Money other) => Currency == other.Currency
        ? this
        : throw new CommerceException(MoneyErrors.CurrencyMismatch(other.Currency, Currency));
}

/// <summary>Every way in which money refuses.</summary>
public static class MoneyErrors
{
    public static CommerceError CurrencyMismatch(string expected, string found) => new(
        "currency-mismatch", ErrorKind.Invalid, $"This is in {expected}; {found} cannot be mixed with it.");

    public static CommerceError UnknownCurrency(string found) => new(
        "unknown-currency", ErrorKind.Invalid, $"'{found}' is not an ISO 4217 currency code.");
}
