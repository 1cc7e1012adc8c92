using System.Buffers;

namespace Commerce.Contacts;

/// <summary>Who buys and where it goes, as it is sent.</summary>
internal static class ContactBodies
{
    private static readonly SearchValues<char> PhoneCharacters = SearchValues.Create("+0123456789 ()-./");
    private static readonly SearchValues<char> NotInEmail = SearchValues.Create(" \t<>\",;\\");

    public static Person Person(Fields fields)
    {
        var email = Email(fields);
        var name = fields.FreeText("name", 200);
        var phone = fields.Optional("phone", 40);
        if (phone is not null && (phone.AsSpan().ContainsAnyExcept(PhoneCharacters) || !phone.Any(char.IsAsciiDigit)))
        {
            fields.Wrong("phone", "invalid-value", "This is not a phone number.");
        }

        var vatId = fields.Optional("vatId", 20);

        fields.NothingElse();
        return new Person(email, name, phone, vatId);
    }

    public static string Email(Fields fields)
    {
        var email = fields.Required("email", 254);
        if (email.Length > 0 && !IsEmail(email))
        {
            fields.Wrong("email", "invalid-value", "This is not an e-mail address.");
        }

        return email;
    }

    public static Address Address(Fields fields)
    {
        var address = new Address(
            Text(fields, "name", 200),
            Text(fields, "line1", 200),
            fields.FreeText("line2", 200),
            Text(fields, "city", 100),
            fields.Optional("region", 50),
            fields.Optional("postalCode", 20) ?? "",
            fields.Required("country", 2));
        if (address.Country.Length > 0 && address.Country is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
        {
            fields.Wrong("country", "invalid-value", "A country is two capital letters (ISO 3166-1).");
        }

        fields.NothingElse();
        return address;
    }

    /// <summary>One @, something on either side, a dot in the domain, no spaces: enough to catch slips. Whether it exists only a mail can tell.</summary>
    private static bool IsEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var domain = text.AsSpan(at + 1);
        return at is > 0 and <= 64 && at == text.LastIndexOf('@') && !text.AsSpan().ContainsAny(NotInEmail)
            && domain.IndexOf('.') > 0 && domain[^1] != '.' && !domain.Contains("..", StringComparison.Ordinal);
    }

    private static string Text(Fields fields, string name, int maxLength)
    {
        fields.FreeText(name, maxLength);
        return fields.Required(name, maxLength);
    }
}
