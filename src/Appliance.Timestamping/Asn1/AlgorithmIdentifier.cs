using System.Formats.Asn1;

namespace Appliance.Timestamping.Asn1;

/// <summary>AlgorithmIdentifier (RFC 5280 section 4.1.1.2).</summary>
/// <param name="Oid">The algorithm.</param>
/// <param name="Parameters">DER of the parameters; empty when absent.</param>
internal readonly record struct AlgorithmIdentifier(string Oid, ReadOnlyMemory<byte> Parameters = default)
{
    /// <exception cref="AsnContentException">Not an AlgorithmIdentifier.</exception>
    public static AlgorithmIdentifier Decode(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        var oid = sequence.ReadObjectIdentifier();
        var parameters = sequence.HasData ? sequence.ReadEncodedValue() : default;
        sequence.ThrowIfNotEmpty();
        return new AlgorithmIdentifier(oid, parameters);
    }

    public void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid);
            if (!Parameters.IsEmpty)
            {
                writer.WriteEncodedValue(Parameters.Span);
            }
        }
    }
}
