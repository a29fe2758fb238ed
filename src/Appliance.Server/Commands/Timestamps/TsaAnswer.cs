using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>A time stamp that answers its request.</summary>
/// <param name="Response">DER of the TimeStampResp.</param>
/// <param name="Token">DER of the token in it.</param>
/// <param name="Said">What the token says.</param>
internal sealed record TsaAnswer(ReadOnlyMemory<byte> Response, ReadOnlyMemory<byte> Token, TimestampToken Said);
