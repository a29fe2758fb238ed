using Appliance.Grpc.Tests.Protos;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Tests;

public sealed class GrpcMethodsTests
{
    private static readonly ServiceDescriptor s_service = TestReflection.Descriptor.Services[0];

    [Fact]
    public void A_method_is_served_under_its_full_name()
    {
        var methods = new GrpcMethods().Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default);
        Assert.Equal(["/appliance.test.Behaviours/Unary"], methods.Paths);
    }

    [Fact]
    public void Another_shape_other_types_and_a_second_handler_are_refused_at_start()
    {
        var methods = new GrpcMethods().Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default);
        Assert.Throws<ArgumentException>(() => methods.Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default));
        Assert.Throws<ArgumentException>(() => methods.Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Upload"), (_, _) => default));
        Assert.Throws<ArgumentException>(() => new GrpcMethods().Unary<TestResponse, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default));
    }
}
