using System.Formats.Asn1;

namespace Appliance.Timestamping.Asn1;

/// <summary>MessageImprint (RFC 3161 section 2.4.1).</summary>
/// <param name="HashAlgorithm">Hash algorithm.</param>
/// <param name="HashedMessage">The digest.</param>
internal readonly record struct MessageImprint(AlgorithmIdentifier HashAlgorithm, ReadOnlyMemory<byte> HashedMessage)
{
    /// <exception cref="AsnContentException">Not a MessageImprint.</exception>
    public static MessageImprint Decode(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        var algorithm = AlgorithmIdentifier.Decode(sequence);
        var digest = sequence.ReadOctetString();
        sequence.ThrowIfNotEmpty();
        return new MessageImprint(algorithm, digest);
    }

    public void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            HashAlgorithm.Encode(writer);
            writer.WriteOctetString(HashedMessage.Span);
        }
    }
}
