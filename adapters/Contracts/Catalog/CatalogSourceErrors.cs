namespace Commerce.Catalog;

/// <summary>How a source of products and prices refuses.</summary>
public static class CatalogSourceErrors
{
    /// <summary>It will answer the same until somebody changes something.</summary>
    public static CommerceError Refused(string detail) => new("catalog-source-refused", ErrorKind.Internal, detail);
}
