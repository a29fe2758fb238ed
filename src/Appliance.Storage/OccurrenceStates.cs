namespace Appliance.Storage;

/// <summary>
/// The states of an activation's hash occurrences, two bits each in the order of their ordinals, lowest bits first.
/// They lie in the activation's row and not in the occurrences' own: a commit then writes the few pages of the busy
/// activations instead of a page per hash. One object is used again and again, by one thread.
/// </summary>
public sealed class OccurrenceStates
{
    private const int PerByte = 4;
    private const int Mask = 3;

    private byte[] _bits = new byte[256];
    private int _length;

    /// <summary>How many occurrences there is room for.</summary>
    public int Count => _length * PerByte;

    internal ReadOnlySpan<byte> Bits => _bits.AsSpan(0, _length);

    /// <summary>The state of an occurrence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such occurrence.</exception>
    public OccurrenceState this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));
            return (OccurrenceState)((_bits[ordinal / PerByte] >> Shift(ordinal)) & Mask);
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));
            ref var bits = ref _bits[ordinal / PerByte];
            bits = unchecked((byte)((bits & ~(Mask << Shift(ordinal))) | ((int)value << Shift(ordinal))));
        }
    }

    /// <summary>The first occurrence at or after <paramref name="start"/> that may be signed, or -1.</summary>
    public int FirstAuthorised(int start)
    {
        for (var ordinal = start; ordinal < Count; ordinal++)
        {
            if (this[ordinal] == OccurrenceState.Authorised)
            {
                return ordinal;
            }
        }

        return -1;
    }

    /// <summary>Begins anew, all authorised.</summary>
    public void Clear(int count) => Load(NewBits(count));

    /// <summary>The stored form of as many occurrences, all authorised.</summary>
    internal static byte[] NewBits(int count) => new byte[(count + PerByte - 1) / PerByte];

    internal void Load(ReadOnlySpan<byte> bits)
    {
        if (_bits.Length < bits.Length)
        {
            _bits = new byte[bits.Length];
        }

        bits.CopyTo(_bits);
        _length = bits.Length;
    }

    private static int Shift(int ordinal) => ordinal % PerByte * 2;
}
