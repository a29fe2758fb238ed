using Appliance.Server.Csc;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>An item and what became of it, on its way to the client.</summary>
internal readonly record struct ItemResult<T>(StreamItem Item, Answer<T> Answer);
