namespace Appliance.Storage;

/// <summary>The states of <see cref="OccurrenceStates.PerSegment"/> occurrences.</summary>
/// <param name="bits">Two bits each.</param>
internal sealed class OccurrenceSegment(byte[] bits)
{
    public int Number { get; set; }

    public byte[] Bits { get; } = bits;

    public bool IsChanged { get; set; }
}
