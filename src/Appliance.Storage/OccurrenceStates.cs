using System.Numerics;
using System.Runtime.InteropServices;

namespace Appliance.Storage;

/// <summary>
/// The states of an activation's hash occurrences, two bits each in the order of their ordinals, lowest bits first.
/// They lie in the activation's row and not in the occurrences' own: a commit then writes the few pages of the busy
/// activations instead of a page per hash. Beyond <see cref="MostInRow"/> they lie in segments, read as they are asked
/// for, so that signing one of a million reads and writes as little as signing one of ten. One object is used again
/// and again, by one thread.
/// </summary>
public sealed class OccurrenceStates
{
    /// <summary>An activation of more occurrences keeps their states in segments.</summary>
    public const int MostInRow = 1_024;

    /// <summary>Occurrences of a segment.</summary>
    public const int PerSegment = 4_096;

    /// <summary>Bytes of a segment.</summary>
    internal const int SegmentLength = PerSegment / PerByte;

    private const int PerByte = 4;
    private const int Mask = 3;
    private const uint Used = 0x5555_5555;

    private readonly Dictionary<int, OccurrenceSegment> _segments = [];
    private readonly Stack<OccurrenceSegment> _idle = [];
    private byte[] _bits = new byte[256];
    private int _length;
    private int _count;
    private ActivationTable? _table;
    private long _sequence;
    private OccurrenceSegment? _last;

    /// <summary>How many occurrences there is room for.</summary>
    public int Count => _table is null ? _length * PerByte : _count;

    /// <summary>Whether the states lie in segments.</summary>
    public bool IsSegmented => _table is not null;

    /// <summary>Where the next occurrence of a segmented SCAL1 activation goes; none is given out twice.</summary>
    public int NextOrdinal { get; private set; }

    internal ReadOnlySpan<byte> Bits => _bits.AsSpan(0, _length);

    /// <summary>The segments that were read; those that were changed are to be written.</summary>
    internal Dictionary<int, OccurrenceSegment>.ValueCollection Segments => _segments.Values;

    /// <summary>The state of an occurrence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such occurrence.</exception>
    public OccurrenceState this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));
            return _table is null
                ? Get(_bits, ordinal)
                : Get(SegmentOf(ordinal).Bits, ordinal % PerSegment);
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));
            if (_table is null)
            {
                Set(_bits, ordinal, value);
                return;
            }

            var segment = SegmentOf(ordinal);
            segment.IsChanged = true;
            Set(segment.Bits, ordinal % PerSegment, value);
        }
    }

    /// <summary>
    /// SCAL1: uses the first free occurrence at or after <paramref name="start"/>; in segments the next one that was
    /// never used, without looking for it.
    /// </summary>
    /// <returns>Its ordinal, or -1 when none is free.</returns>
    public int UseFirst(int start)
    {
        int ordinal;
        if (_table is null)
        {
            for (ordinal = start; ordinal < Count && this[ordinal] != OccurrenceState.Authorised;)
            {
                ordinal++;
            }

            if (ordinal >= Count)
            {
                return -1;
            }
        }
        else
        {
            ordinal = NextOrdinal++;
            _count = Math.Max(_count, NextOrdinal);
        }

        this[ordinal] = OccurrenceState.Used;
        return ordinal;
    }

    /// <summary>Begins anew, all authorised, in the row.</summary>
    public void Clear(int count) => Load(NewBits(count));

    /// <summary>The stored form of as many occurrences, all authorised.</summary>
    internal static byte[] NewBits(int count) => new byte[(count + PerByte - 1) / PerByte];

    /// <summary>What an activation's row has of them: nothing when they lie in segments.</summary>
    internal static byte[] NewRowBits(int count) => count > MostInRow ? [] : NewBits(count);

    /// <summary>Begins with the states of a row.</summary>
    internal void Load(ReadOnlySpan<byte> bits)
    {
        Forget();
        _table = null;
        NextOrdinal = 0;
        if (_bits.Length < bits.Length)
        {
            _bits = new byte[bits.Length];
        }

        bits.CopyTo(_bits);
        _length = bits.Length;
    }

    /// <summary>Begins with states in segments, none of them read yet.</summary>
    internal void Load(ActivationTable table, long sequence, int total, int nextOrdinal)
    {
        Forget();
        (_table, _sequence, NextOrdinal) = (table, sequence, nextOrdinal);
        _count = Math.Max(total, nextOrdinal);
        _length = 0;
    }

    /// <summary>How many of these states are used, and how many spent.</summary>
    internal static (long Used, long Spent) CountOf(ReadOnlySpan<byte> bits)
    {
        long used = 0, spent = 0;
        var words = MemoryMarshal.Cast<byte, uint>(bits);
        foreach (var word in words)
        {
            used += BitOperations.PopCount(word & Used & ~(word >> 1));
            spent += BitOperations.PopCount((word >> 1) & Used & ~word);
        }

        for (var i = words.Length * sizeof(uint); i < bits.Length; i++)
        {
            var word = (uint)bits[i];
            used += BitOperations.PopCount(word & Used & ~(word >> 1));
            spent += BitOperations.PopCount((word >> 1) & Used & ~word);
        }

        return (used, spent);
    }

    private static OccurrenceState Get(byte[] bits, int ordinal)
        => (OccurrenceState)((bits[ordinal / PerByte] >> Shift(ordinal)) & Mask);

    private static void Set(byte[] bits, int ordinal, OccurrenceState value)
    {
        ref var target = ref bits[ordinal / PerByte];
        target = unchecked((byte)((target & ~(Mask << Shift(ordinal))) | ((int)value << Shift(ordinal))));
    }

    private static int Shift(int ordinal) => ordinal % PerByte * 2;

    private OccurrenceSegment SegmentOf(int ordinal)
    {
        var number = ordinal / PerSegment;
        if (_last is not null && _last.Number == number)
        {
            return _last;
        }

        if (!_segments.TryGetValue(number, out var segment))
        {
            segment = _idle.Count > 0 ? _idle.Pop() : new OccurrenceSegment(new byte[SegmentLength]);
            segment.Number = number;
            segment.IsChanged = false;
            _table!.ReadSegment(_sequence, number, segment.Bits);
            _segments.Add(number, segment);
        }

        _last = segment;
        return segment;
    }

    private void Forget()
    {
        foreach (var segment in _segments.Values)
        {
            _idle.Push(segment);
        }

        _segments.Clear();
        _last = null;
    }
}
