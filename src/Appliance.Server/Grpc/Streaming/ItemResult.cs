using Appliance.Server.Csc;
using Appliance.Signing;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>An item and what became of it, on its way to the client.</summary>
internal readonly record struct ItemResult(StreamItem Item, Answer<SignHashResult> Answer);
