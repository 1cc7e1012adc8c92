using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Commerce.Drops;

/// <summary>Ids of entries, passes and persons' hashes: everything that follows from the shop's secret, so that a front end tells a true one from a guess without asking anybody.</summary>
internal sealed class PassTokens(AdminKey secret)
{
    private const int Ticket = sizeof(int), Longest = 200;

    /// <summary>What stands for a person, an address or a device in a drop: never the same in two drops, and never 0.</summary>
    public ulong HashOf(string dropId, string kind, string value) =>
        BinaryPrimitives.ReadUInt64LittleEndian(secret.Hash("drop-person", dropId, kind, value)) is not 0 and var hash ? hash : 1;

    public ulong OwnerOf(string dropId, string owner) => HashOf(dropId, "owner", owner);

    /// <summary>The id of an entry: its ticket, and what only its owner and this shop can know.</summary>
    public string EntryId(string dropId, int ticket, ulong owner)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(bytes, ticket);
        Proof(dropId, ticket, owner).CopyTo(bytes[Ticket..]);
        return Identity.Encode(Identity.Entry, bytes);
    }

    /// <summary>The ticket of an entry; null for an id that is not this owner's. An operator's owner is null: the id is only read.</summary>
    public int? TicketOf(string dropId, string entryId, ulong? owner)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!Identity.Decode(entryId, Identity.Entry, bytes))
        {
            return null;
        }

        var ticket = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return owner is not { } known || CryptographicOperations.FixedTimeEquals(Proof(dropId, ticket, known), bytes[Ticket..]) ? ticket : null;
    }

    /// <summary>The pass of an entry: <c>drop.entry.units.expiry.signature</c>, HMAC-SHA256 under a key that follows from the shop's.</summary>
    public string Pass(string dropId, string entryId, int units, DateTimeOffset expiresAt)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{dropId}.{entryId}.{units}.{expiresAt.ToUnixTimeMilliseconds()}");
        return $"{text}.{Base64Url.EncodeToString(secret.Hash("drop-pass", text))}";
    }

    /// <summary>Reads a pass. Refused as <c>pass-invalid</c> when this shop did not sign it, as <c>pass-foreign</c> when it is another's.</summary>
    /// <param name="owner">Who buys; null for an operator, who may buy for anybody.</param>
    public DropPass Read(string pass, string? owner)
    {
        var cut = pass.LastIndexOf('.');
        Span<byte> signature = stackalloc byte[32];
        if (pass.Length > Longest || cut < 0 || !IsSignature(pass.AsSpan(cut + 1), signature) || !CryptographicOperations.FixedTimeEquals(secret.Hash("drop-pass", pass[..cut]), signature)
            || pass.Split('.') is not [var dropId, var entryId, var units, var expiry, _])
        {
            throw new CommerceException(DropErrors.InvalidPass);
        }

        var ticket = TicketOf(dropId, entryId, owner is null ? null : OwnerOf(dropId, owner)) ?? throw new CommerceException(DropErrors.NotYours);
        return new DropPass(dropId, ticket, int.Parse(units, CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(expiry, CultureInfo.InvariantCulture)));
    }

    private static bool IsSignature(ReadOnlySpan<char> text, Span<byte> signature) =>
        text.Length == 43 && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, signature, out var written) && written == signature.Length;

    private Span<byte> Proof(string dropId, int ticket, ulong owner) =>
        secret.Hash("drop-entry", dropId, ticket.ToString(CultureInfo.InvariantCulture), owner.ToString("x16", CultureInfo.InvariantCulture)).AsSpan(0, 16 - Ticket);
}
