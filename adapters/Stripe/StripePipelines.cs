namespace Commerce.Payments;

/// <summary>The operations of Stripe that have a pipeline each.</summary>
internal static class StripePipelines
{
    public const string Authorise = "authorise", Find = "find", Capture = "capture", Void = "void", Refund = "refund", Settlements = "settlements",
        Confirm = "confirm", Adjust = "adjust", Disputes = "disputes", Customers = "customers";

    public static IReadOnlyList<string> All { get; } = [Authorise, Find, Capture, Void, Refund, Settlements, Confirm, Adjust, Disputes, Customers];
}
