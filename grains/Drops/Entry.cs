using System.Buffers.Binary;

namespace Commerce.Drops;

/// <summary>An entry of a waiting room, as small as it gets: a million of them are 33 MB.</summary>
/// <param name="Address">0: none was given.</param>
/// <param name="Device">0: none was given.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Entry(ulong Owner, ulong Customer, ulong Address, ulong Device, byte Units)
{
    /// <summary>Bytes of one.</summary>
    public const int Size = 4 * sizeof(ulong) + 1;

    public static Entry Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(from),
        BinaryPrimitives.ReadUInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(from[24..]),
        from[32]);

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, Owner);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Customer);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], Address);
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], Device);
        to[32] = Units;
    }
}
