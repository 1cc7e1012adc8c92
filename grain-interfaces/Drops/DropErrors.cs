using System.Globalization;

namespace Commerce.Drops;

/// <summary>What a drop refuses, and what a checkout is refused for want of a pass.</summary>
public static class DropErrors
{
    public const string Used = "pass-used", Expired = "pass-expired", Foreign = "pass-foreign", TooSmall = "pass-too-small";

    public static CommerceError Overlaps { get; } = new(
        "drop-overlaps", ErrorKind.Conflict, "Another drop sells one of these SKUs at that time.")
    { Pointer = "/skus" };

    public static CommerceError Over(DropStatus status) => new(
        "drop-over", ErrorKind.Conflict, status is DropStatus.SoldOut ? "Everything is sold." : "The drop is over.");

    public static CommerceError LimitReached { get; } = new(
        "drop-limit-reached", ErrorKind.Conflict, "This customer, or this address, has bought all that one can in this drop.");

    public static CommerceError WrongCode { get; } = new(
        "drop-code", ErrorKind.Invalid, "This drop takes a code, and this is not it.")
    { Pointer = "/code" };

    public static CommerceError NotEnoughStock(int available, int allotment) => new(
        "insufficient-stock", ErrorKind.Conflict, string.Create(CultureInfo.InvariantCulture, $"The drop is to sell {allotment} units, and {available} are available."))
    { Pointer = "/allotment" };

    public static CommerceError PassRequired(string sku, string dropId) => new(
        "pass-required", ErrorKind.Conflict, $"'{sku}' is sold in the drop {dropId} only: take a place with POST /v1/drops/{dropId}/entries, and send the pass when it is your turn.")
    { Pointer = "/pass" };

    public static CommerceError InvalidPass { get; } = new(
        "pass-invalid", ErrorKind.Invalid, "This is not a pass of this shop.")
    { Pointer = "/pass" };

    public static CommerceError NotYours { get; } = new(Foreign, ErrorKind.Conflict, Why(Foreign)) { Pointer = "/pass" };

    /// <summary>For the shopper.</summary>
    public static string Why(string code) => code switch
    {
        Used => "The pass was used already.",
        Expired => "The pass has expired, or its drop was cancelled; it went to the next.",
        TooSmall => "The pass is for fewer units than are bought.",
        _ => "The pass is somebody else's, or of another drop.",
    };
}
